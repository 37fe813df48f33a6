-- Each sort of work has a lane of its own in the queue. What waits is put into the lane of its job.
ALTER TABLE messages ADD COLUMN lane TEXT NOT NULL DEFAULT 'listening';

UPDATE messages SET lane = 'previews' WHERE job_id IN (SELECT id FROM jobs WHERE kind = 'preview');

DROP INDEX messages_by_time;

CREATE INDEX messages_by_time ON messages (lane, visible_at);
