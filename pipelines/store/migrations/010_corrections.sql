-- Who corrected the page's words in this version; null: the page itself. Earlier versions say it in their change alone.
ALTER TABLE store.article ADD COLUMN corrected_by VARCHAR;
UPDATE store.article
SET corrected_by = nullif(regexp_extract(change ->> '$.note', '^(?:[a-z_]+ corrected|correction undone) by (.+)$', 1), '')
WHERE change LIKE '{"note"%';
