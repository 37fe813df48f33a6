"""The map of the hexagon: what the inside asks of the outside.

What holds for all of them:
- Methods are safe to call from several threads. Times are aware and in UTC.
- A missing thing raises NotFound where it is asked for by name; a search that may find nothing returns None.
- Every `save` names the version that it replaces and raises VersionMismatch when another is stored.
- A write that takes an `audit` entry or `events` stores all of it or nothing; the events lie in the Outbox then.
- A store that does not answer raises Unavailable; a method that raises has changed nothing.
- Cursors are opaque: a caller hands back what it was given. One that cannot be read raises Invalid.

Where to look:
    recordings   Recordings, Analyses, Renditions, Uploads
    fingerprints Fingerprints
    access       Libraries, Keys, AuditTrail, IdempotentRequests
    blobs        Blobs, Workspaces
    sources      Sources
    arrivals     Arrivals
    bulk         BulkResults, BulkRuns
    work         Jobs, JobQueue, ScheduleClaims, Events
    events       Outbox, Webhooks, Deliveries, WebhookSender
    audio        AudioEngine
    models       Models, Predictions
    recipes      Recipes
    regions      Regions
    batches      Batches
    world        Clock, Ids
"""
