-- The tables of the line: one per stage's record, in the schema "store"; people read the views of 002.
-- Times are UTC. No foreign keys: DuckDB refuses child and parent changes in one transaction (api facts);
-- tests/store checks the links instead.
CREATE SCHEMA IF NOT EXISTS store;

CREATE TABLE store.run (
    run_id VARCHAR PRIMARY KEY,
    command VARCHAR NOT NULL,
    started TIMESTAMP NOT NULL,
    finished TIMESTAMP,
    outcome VARCHAR NOT NULL,
    versions JSON
);

-- one row per input of a stage: what became of it, by which run and version
CREATE TABLE store.stage_result (
    stage VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    input_sha256 VARCHAR,
    outcome VARCHAR NOT NULL,
    reason VARCHAR,
    version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (stage, subject_id)
);

CREATE TABLE store.stage_count (
    run_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL,
    n BIGINT NOT NULL
);

CREATE TABLE store.outlet (
    outlet_id VARCHAR PRIMARY KEY,
    name VARCHAR NOT NULL,
    home VARCHAR,
    language_tag VARCHAR,
    country VARCHAR,
    timezone VARCHAR,
    rests_on VARCHAR,
    declared BOOLEAN NOT NULL
);

-- how far each landing log and decision journal has been folded in
CREATE TABLE store.journal_position (
    file VARCHAR PRIMARY KEY,
    bytes_read BIGINT NOT NULL
);

CREATE TABLE store.fetch (
    fetch_id VARCHAR PRIMARY KEY,
    url VARCHAR,
    final_url VARCHAR,
    outlet_id VARCHAR,
    article_id VARCHAR,
    kind VARCHAR NOT NULL,
    way VARCHAR,
    fetched TIMESTAMP NOT NULL,
    http_status INTEGER,
    outcome VARCHAR NOT NULL,
    reason VARCHAR,
    warc_file VARCHAR,
    warc_offset BIGINT,
    warc_length BIGINT,
    page_sha256 VARCHAR,
    content_type VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR,
    published_hint VARCHAR,
    run_id VARCHAR NOT NULL
);

CREATE TABLE store.article (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    fetch_id VARCHAR NOT NULL,
    url VARCHAR,
    canonical_url VARCHAR,
    outlet_id VARCHAR NOT NULL,
    outlet_as_printed VARCHAR,
    title VARCHAR,
    title_as_printed VARCHAR,
    text VARCHAR,
    authors VARCHAR[],
    published TIMESTAMP,
    published_zone VARCHAR,
    published_precision VARCHAR,
    modified TIMESTAMP,
    fetched TIMESTAMP NOT NULL,
    section VARCHAR,
    image_url VARCHAR,
    page_sha256 VARCHAR,
    body_sha256 VARCHAR NOT NULL,
    extractor VARCHAR,
    change VARCHAR,
    PRIMARY KEY (article_id, version)
);

CREATE TABLE store.language (
    article_id VARCHAR PRIMARY KEY,
    language VARCHAR,
    script VARCHAR,
    region VARCHAR,
    language_tag VARCHAR,
    confidence DOUBLE,
    method VARCHAR
);

CREATE TABLE store.fold (
    article_id VARCHAR PRIMARY KEY,
    text_id VARCHAR NOT NULL,
    relation VARCHAR NOT NULL,
    reason VARCHAR,
    same_as VARCHAR,
    similarity DOUBLE,
    attributed_source VARCHAR
);

-- what an article's text looks like to the search for twins and copies
CREATE TABLE store.signature (
    article_id VARCHAR PRIMARY KEY,
    input_sha256 VARCHAR NOT NULL,
    signature JSON NOT NULL,
    day DATE
);

-- the index by which a new article finds the texts that it may repeat
CREATE TABLE store.fold_key (
    key BIGINT NOT NULL,
    article_id VARCHAR NOT NULL,
    day DATE
);

CREATE TABLE store.text (
    text_id VARCHAR PRIMARY KEY,
    article_id VARCHAR NOT NULL,
    published TIMESTAMP,
    input_sha256 VARCHAR NOT NULL
);

CREATE TABLE store.relevance (
    text_id VARCHAR PRIMARY KEY,
    relevant BOOLEAN NOT NULL,
    score DOUBLE NOT NULL,
    profile VARCHAR NOT NULL
);

CREATE TABLE store.title_en (
    article_id VARCHAR PRIMARY KEY,
    title_en VARCHAR,
    flags VARCHAR[],
    engine VARCHAR,
    model VARCHAR
);

CREATE TABLE store.sentence (
    text_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    source VARCHAR NOT NULL,
    target VARCHAR,
    flags VARCHAR[],
    engine VARCHAR,
    model VARCHAR,
    current BOOLEAN NOT NULL
);

CREATE TABLE store.memory (
    memory_key VARCHAR PRIMARY KEY,
    engine VARCHAR NOT NULL,
    model VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    target VARCHAR,
    flags VARCHAR[]
);

CREATE TABLE store.judgement (
    text_id VARCHAR PRIMARY KEY,
    class VARCHAR,
    materialisation VARCHAR,
    limbs VARCHAR[],
    severity VARCHAR,
    candidates JSON,
    profile VARCHAR NOT NULL
);

CREATE TABLE store.label (
    subject VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    axis VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    score DOUBLE,
    method VARCHAR,
    model VARCHAR,
    decided_by VARCHAR NOT NULL,
    PRIMARY KEY (subject, subject_id, axis, value)
);

CREATE TABLE store.evidence (
    subject VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    axis VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    text_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    quote VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL
);

CREATE TABLE store.fact (
    text_id VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    role VARCHAR,
    unit VARCHAR,
    precision VARCHAR,
    quote VARCHAR,
    field VARCHAR,
    start_at INTEGER,
    end_at INTEGER,
    PRIMARY KEY (text_id, n)
);

CREATE TABLE store.incident (
    incident_id VARCHAR PRIMARY KEY,
    affair_id VARCHAR NOT NULL,
    revision INTEGER NOT NULL,
    title VARCHAR,
    title_original VARCHAR,
    summary VARCHAR,
    summary_sentences JSON,
    class VARCHAR,
    materialisation VARCHAR,
    limb VARCHAR,
    severity VARCHAR,
    rationale VARCHAR,
    event_date DATE,
    event_date_precision VARCHAR,
    first_published TIMESTAMP,
    last_published TIMESTAMP,
    origins INTEGER,
    origin_names VARCHAR[],
    timeline JSON,
    countries VARCHAR[],
    state VARCHAR NOT NULL,
    merged_into VARCHAR,
    content_sha256 VARCHAR NOT NULL
);

CREATE TABLE store.incident_member (
    incident_id VARCHAR NOT NULL,
    text_id VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    score DOUBLE,
    reason VARCHAR NOT NULL,
    joined TIMESTAMP,
    joined_by VARCHAR NOT NULL,
    PRIMARY KEY (incident_id, text_id)
);

-- what happened to an incident, oldest first: opened, joined, relabelled, merged, split, renamed …
CREATE TABLE store.incident_event (
    incident_id VARCHAR NOT NULL,
    n INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    happened TIMESTAMP NOT NULL,
    kind VARCHAR NOT NULL,
    detail JSON,
    reason VARCHAR,
    made_by VARCHAR NOT NULL,
    run_id VARCHAR,
    PRIMARY KEY (incident_id, n)
);

CREATE TABLE store.vote (
    incident_id VARCHAR NOT NULL,
    axis VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    texts INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    deciding_rule VARCHAR,
    flips_if VARCHAR,
    PRIMARY KEY (incident_id, axis, value)
);

-- people's decisions, folded in from data/decisions/*.jsonl in the order of the journal
CREATE TABLE store.decision (
    decision_id VARCHAR PRIMARY KEY,
    position BIGINT NOT NULL,
    subject VARCHAR NOT NULL,
    subject_id VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    before JSON,
    after JSON,
    reason VARCHAR,
    made_by VARCHAR NOT NULL,
    made TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL,
    undone_by VARCHAR
);

-- titles and bodies folded to one script and region, lower case: what a search looks in
CREATE TABLE store.search (
    article_id VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    body VARCHAR NOT NULL
);
