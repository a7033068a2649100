-- The search's own index: tokens of articles and incidents (pipelines/search), written by the last step of the line.
DROP TABLE store.search;

-- what is indexed, each with a number of its own; indexed anew it gets a new number, and the old one's tokens are dead
CREATE TABLE store.search_document (
    document UINTEGER NOT NULL,
    kind VARCHAR NOT NULL, -- article, incident
    subject_id VARCHAR PRIMARY KEY,
    text_id VARCHAR,
    outlet_id VARCHAR,
    language_tag VARCHAR,
    published TIMESTAMP,
    -- tokens, counted as often as they stand there
    length UINTEGER NOT NULL,
    -- titles and texts to check and show hits from, deflated: reading twenty out of store.article unpacks thousands
    packed BLOB USING COMPRESSION uncompressed
);

-- in which document a token stands, and how often (a title counts three times); tokens as numbers, see tokens.py code().
-- Each segment is sorted by token, so that zone maps lead a look-up past all but a few row groups.
CREATE TABLE store.search_posting (
    token UBIGINT NOT NULL,
    document UINTEGER NOT NULL,
    weight UTINYINT NOT NULL,
    segment UINTEGER NOT NULL
);

-- what was written at once; small segments are merged into large ones, and dead tokens are left behind
CREATE TABLE store.search_segment (
    segment UINTEGER PRIMARY KEY,
    postings UBIGINT NOT NULL,
    last_document UINTEGER NOT NULL
);

-- where documents stand between their writing and their sorting, within one transaction
CREATE TABLE store.search_fresh (
    document UINTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    text_id VARCHAR,
    outlet_id VARCHAR,
    language_tag VARCHAR,
    published TIMESTAMP,
    length UINTEGER NOT NULL,
    packed VARCHAR, -- base64
    tokens UBIGINT[] NOT NULL,
    weights UTINYINT[] NOT NULL
);
