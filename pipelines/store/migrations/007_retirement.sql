-- A page that was retired (its bytes taken out of the archive by age or for room) went as far as it went: it is no reject.
CREATE OR REPLACE VIEW rejects AS
SELECT 'landing' AS stage, url, article_id, NULL::VARCHAR AS text_id, outcome, reason, run_id
FROM store.fetch WHERE outcome NOT IN ('landed', 'unchanged', 'listed', 'retired')
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
