-- A title that another model has translated again keeps what was there before; a remembered sentence knows the article
-- that brought it, so that a takedown reaches it, and how often it was asked for again.
CREATE TABLE store.title_en_before (
    article_id VARCHAR NOT NULL,
    title_en VARCHAR,
    flags VARCHAR[],
    engine VARCHAR,
    model VARCHAR
);

ALTER TABLE store.memory ADD COLUMN article_id VARCHAR;
ALTER TABLE store.memory ADD COLUMN hits BIGINT DEFAULT 0;

CREATE VIEW titles_en AS
SELECT article_id, title_en, flags, engine, model, true AS current FROM store.title_en
UNION ALL
SELECT article_id, title_en, flags, engine, model, false FROM store.title_en_before;
