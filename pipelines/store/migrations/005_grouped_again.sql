-- Texts that `run --from incidents` took out of their incidents, until they are grouped again: they stood elsewhere when
-- a person merged, split, moved or named an incident, so the machine does not bring them into that one now.
CREATE TABLE store.grouped_before (
    text_id VARCHAR PRIMARY KEY
);
