-- The public views: what users' SQL may rely on (docs/data.md explains every column).
CREATE VIEW outlets AS
SELECT outlet_id, name, home, language_tag, country, timezone, rests_on, declared
FROM store.outlet;

CREATE VIEW fetches AS
SELECT f.url, f.final_url, f.article_id, f.outlet_id, f.kind, f.way, f.fetched, f.http_status,
       f.outcome, f.reason, f.warc_file, f.warc_offset, f.page_sha256, f.content_type, f.run_id, f.fetch_id
FROM store.fetch f;

CREATE VIEW article_versions AS
SELECT article_id, version, url, title, text, authors, published, published_zone, published_precision,
       modified, fetched, page_sha256, body_sha256, extractor, change
FROM store.article;

CREATE VIEW articles AS
WITH latest AS (
    SELECT *, min(fetched) OVER (PARTITION BY article_id) AS first_seen
    FROM store.article
    QUALIFY version = max(version) OVER (PARTITION BY article_id)
),
last_outcome AS (
    SELECT l.article_id,
           coalesce(j.outcome, r.outcome, t.outcome, lang.outcome, 'read') AS outcome,
           coalesce(j.reason, r.reason, t.reason, lang.reason) AS reason
    FROM latest l
    LEFT JOIN store.fold f USING (article_id)
    LEFT JOIN store.stage_result lang ON lang.stage = 'language' AND lang.subject_id = l.article_id
    LEFT JOIN store.stage_result t ON t.stage = 'texts' AND t.subject_id = l.article_id
    LEFT JOIN store.stage_result r ON r.stage = 'relevance' AND r.subject_id = f.text_id
    LEFT JOIN store.stage_result j ON j.stage = 'incidents' AND j.subject_id = f.text_id
)
SELECT a.article_id, f.text_id, a.url, a.canonical_url, a.outlet_id, a.outlet_as_printed,
       a.title, a.title_as_printed, e.title_en, a.text,
       coalesce(en.text_en, CASE WHEN l.language = 'en' THEN a.text END) AS text_en, a.authors,
       a.published, a.published_zone, a.published_precision, a.modified, a.first_seen, a.fetched,
       l.language, l.script, l.region, l.language_tag, l.confidence AS language_confidence, l.method AS language_method,
       a.section, a.image_url, f.relation, f.same_as, f.reason AS fold_reason, f.attributed_source,
       o.outcome, o.reason, a.version, a.page_sha256, a.body_sha256, a.extractor
FROM latest a
LEFT JOIN store.fold f USING (article_id)
LEFT JOIN store.language l USING (article_id)
LEFT JOIN store.title_en e USING (article_id)
LEFT JOIN store.text t ON t.text_id = f.text_id
LEFT JOIN (
    SELECT text_id, string_agg(target, ' ' ORDER BY n) AS text_en
    FROM store.sentence WHERE current AND field = 'text' GROUP BY text_id
) en ON en.text_id = f.text_id
LEFT JOIN last_outcome o ON o.article_id = a.article_id;

CREATE VIEW texts AS
SELECT t.text_id, l.language_tag, a.title, t.published,
       count(f.article_id)::INTEGER AS carriers,
       arg_min(f.article_id, (coalesce(ca.published, TIMESTAMP '9999-12-31'), f.article_id)) AS origin,
       t.article_id AS read_from,
       any_value(fo.attributed_source) AS attributed_source,
       count(DISTINCT ca.outlet_id)::INTEGER AS outlet_count,
       list(DISTINCT ca.outlet_id ORDER BY ca.outlet_id) AS outlets,
       list(f.article_id ORDER BY f.article_id) AS articles,
       r.relevant, r.score AS relevance, j.class, j.materialisation, j.limbs, j.severity
FROM store.text t
JOIN store.fold f ON f.text_id = t.text_id
JOIN (
    SELECT article_id, outlet_id, published FROM store.article
    QUALIFY version = max(version) OVER (PARTITION BY article_id)
) ca ON ca.article_id = f.article_id
LEFT JOIN store.fold fo ON fo.article_id = t.article_id
LEFT JOIN store.language l ON l.article_id = t.article_id
LEFT JOIN (
    SELECT article_id, title FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)
) a ON a.article_id = t.article_id
LEFT JOIN store.relevance r ON r.text_id = t.text_id
LEFT JOIN store.judgement j ON j.text_id = t.text_id
GROUP BY t.text_id, l.language_tag, a.title, t.published, t.article_id, r.relevant, r.score,
         j.class, j.materialisation, j.limbs, j.severity;

CREATE VIEW sentences AS
SELECT text_id, field, n, start_at, end_at, source, target, flags, engine, model, current
FROM store.sentence;

CREATE VIEW labels AS
SELECT subject, subject_id, axis, value, score, method, model, decided_by
FROM store.label;

CREATE VIEW evidence AS
SELECT e.subject, e.subject_id, e.axis, e.value, e.text_id, e.article_id, a.page_sha256, e.quote,
       s.quote_en, e.field, e.start_at, e.end_at
FROM store.evidence e
LEFT JOIN (
    SELECT article_id, page_sha256 FROM store.article
    QUALIFY version = max(version) OVER (PARTITION BY article_id)
) a ON a.article_id = e.article_id
LEFT JOIN LATERAL (
    SELECT string_agg(s.target, ' ' ORDER BY s.n) AS quote_en
    FROM store.sentence s
    WHERE s.text_id = e.text_id AND s.field = e.field AND s.current
      AND s.start_at < e.end_at AND s.end_at > e.start_at
) s ON true;

CREATE VIEW facts AS
SELECT text_id, n, kind, value, role, unit, precision, quote, field, start_at, end_at FROM store.fact;

CREATE VIEW incident_members AS
SELECT m.incident_id, f.article_id, m.text_id, m.role, m.score, m.reason, m.joined, m.joined_by,
       f.relation, f.article_id = t.article_id AS read_from
FROM store.incident_member m
JOIN store.fold f ON f.text_id = m.text_id
JOIN store.text t ON t.text_id = m.text_id;

CREATE VIEW incidents AS
SELECT i.incident_id, i.affair_id, i.revision, i.title, i.title_original, i.summary, i.summary_sentences,
       i.class, i.materialisation, i.limb, i.severity, i.rationale, i.event_date, i.event_date_precision,
       i.first_published, i.last_published,
       coalesce(c.articles, 0)::INTEGER AS articles, coalesce(c.texts, 0)::INTEGER AS texts, i.origins, i.origin_names,
       coalesce(c.outlets, []) AS outlets, coalesce(c.languages, []) AS languages, i.countries,
       i.timeline, i.state, i.merged_into
FROM store.incident i
LEFT JOIN (
    SELECT m.incident_id, count(DISTINCT m.article_id) AS articles, count(DISTINCT m.text_id) AS texts,
           list(DISTINCT a.outlet_id ORDER BY a.outlet_id) AS outlets,
           list(DISTINCT l.language_tag ORDER BY l.language_tag) FILTER (l.language_tag IS NOT NULL) AS languages
    FROM incident_members m
    JOIN (SELECT DISTINCT article_id, outlet_id FROM store.article) a USING (article_id)
    LEFT JOIN store.language l USING (article_id)
    GROUP BY m.incident_id
) c USING (incident_id);

CREATE VIEW incident_history AS
SELECT incident_id, n, revision, happened, kind, detail, reason, made_by, run_id FROM store.incident_event;

CREATE VIEW votes AS
SELECT incident_id, axis, value, texts, articles, deciding_rule, flips_if FROM store.vote;

CREATE VIEW decisions AS
SELECT decision_id, subject, subject_id, action, before, after, reason, made_by, made, outcome, undone_by
FROM store.decision;

CREATE VIEW runs AS
SELECT r.run_id, r.command, r.started, r.finished, r.outcome,
       (SELECT json_group_object(c.what, c.n) FROM (
           SELECT stage || ' ' || outcome AS what, sum(n)::BIGINT AS n
           FROM store.stage_count WHERE run_id = r.run_id GROUP BY ALL ORDER BY what
       ) c) AS counts,
       r.versions
FROM store.run r;

-- every URL, article and text that went no further, where it stopped and why
CREATE VIEW rejects AS
SELECT 'landing' AS stage, url, article_id, NULL::VARCHAR AS text_id, outcome, reason, run_id
FROM store.fetch WHERE outcome NOT IN ('landed', 'unchanged', 'listed')
UNION ALL
SELECT r.stage, f.url, f.article_id, NULL, r.outcome, r.reason, r.run_id
FROM store.stage_result r JOIN store.fetch f ON f.fetch_id = r.subject_id
WHERE r.stage = 'reading' AND r.outcome <> 'ok'
UNION ALL
SELECT r.stage, a.url, r.subject_id, NULL, r.outcome, r.reason, r.run_id
FROM store.stage_result r
JOIN (SELECT DISTINCT ON (article_id) article_id, url FROM store.article ORDER BY article_id, version DESC) a
  ON a.article_id = r.subject_id
WHERE r.stage IN ('language', 'texts') AND r.outcome <> 'ok'
UNION ALL
SELECT r.stage, a.url, t.article_id, r.subject_id, r.outcome, r.reason, r.run_id
FROM store.stage_result r
JOIN store.text t ON t.text_id = r.subject_id
JOIN (SELECT DISTINCT ON (article_id) article_id, url FROM store.article ORDER BY article_id, version DESC) a
  ON a.article_id = t.article_id
WHERE r.stage IN ('relevance', 'labels', 'incidents') AND r.outcome <> 'ok';
