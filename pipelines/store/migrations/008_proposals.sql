-- What a language model proposed for a text, where somebody asked one: beside the labels, never among them.
CREATE TABLE store.proposal (
    text_id VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    axis VARCHAR,
    value VARCHAR,
    quote VARCHAR,
    field VARCHAR,
    start_at BIGINT,
    end_at BIGINT,
    article_id VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    prompt_version VARCHAR NOT NULL,
    profile VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL
);

-- Answers as they came, by the hash of what was asked: the same question is not asked twice.
CREATE TABLE store.proposal_answer (
    request_sha256 VARCHAR NOT NULL,
    text_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL
);

CREATE VIEW proposals AS
SELECT text_id, article_id, n, kind, axis, value, quote, field, start_at, end_at, model, prompt_version, profile, made,
    '[AI generated]' AS mark
FROM store.proposal;
