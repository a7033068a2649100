-- What grouping remembers of each text, and the index by which a day's texts find the incidents they may join.
-- Rows are appended day by day, so DuckDB's zone maps on "day" keep a look-up inside its window: the cost of a day
-- depends on the window, not on the age of the store. Read by pipelines/incidents/world.py.

-- bytes (vectors, bags of terms) in base64, see pipelines/incidents/features.py to_row
CREATE TABLE store.text_feature (
    text_id VARCHAR NOT NULL,
    version VARCHAR NOT NULL,
    day DOUBLE,
    language VARCHAR NOT NULL,
    class VARCHAR, -- as it was when the features were made; store.judgement knows the present one
    round_up BOOLEAN NOT NULL,
    heading VARCHAR NOT NULL,
    names VARCHAR[] NOT NULL,
    numbers VARCHAR[] NOT NULL,
    title_vector VARCHAR NOT NULL,
    lead_vector VARCHAR NOT NULL,
    title_terms VARCHAR NOT NULL,
    terms VARCHAR NOT NULL
);

-- blocking keys of each text, looked up within the recent window
CREATE TABLE store.incident_key (
    day DOUBLE,
    key UINTEGER NOT NULL,
    text_id VARCHAR NOT NULL
);

-- the few most telling keys of each text, looked up over the whole store: a story can be taken up after months
CREATE TABLE store.incident_rare_key (
    day DOUBLE,
    key UINTEGER NOT NULL,
    text_id VARCHAR NOT NULL
);
