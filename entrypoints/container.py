"""The composition root: which adapter stands behind each port, and what each use-case is given.

The families of adapters have the same provider names, the names of the use-cases' fields; a use-case's fields are
filled by these names, and what is missing is an error at start. Nothing else imports adapters.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from dependency_injector import containers, providers

from adapters.audio.isolated import IsolatedEngine
from application import (
    access,
    analyse,
    analyse_work,
    apply_recipe,
    arrivals,
    batches,
    browse,
    bulk_runs,
    catalogue,
    change_work,
    changes,
    child_recordings,
    count_damaged,
    crews,
    curate,
    deliver,
    do_items,
    duplicates,
    fixity_work,
    hear,
    import_job,
    import_plan,
    import_source,
    importing,
    ingest,
    judge,
    keep_rendition,
    labour,
    look,
    maintenance,
    making,
    metadata_import,
    move,
    notices,
    on_request,
    plan_batch,
    predict,
    predict_work,
    processing,
    purge,
    reanalyse,
    recipe_preview,
    recipe_rules,
    recipe_work,
    recipes,
    relay,
    render,
    run_batch,
    run_crew,
    run_schedules,
    schedule,
    schedules,
    selecting,
    summary,
    take_over,
    undo_work,
    upkeep,
    uploads,
    watch,
    waveform,
    webhooks,
    work,
)
from domain.batch import Work
from domain.errors import Unavailable
from entrypoints import verdicts
from entrypoints.settings import Profile, Settings

One = providers.ThreadSafeSingleton  # requests arrive in many threads


def _wired(adapters: Any, room: Mapping[str, Any], use_case: type) -> Any:
    """A use-case; each of its fields is given what has the field's name in the room, or else among the adapters."""
    given = {f.name: room[f.name] if f.name in room else getattr(adapters, f.name) for f in fields(use_case)}
    return One(use_case, **given)


class UseCases(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    adapters = providers.DependenciesContainer()
    wired: Callable[[type], Any] = staticmethod(partial(_wired, adapters, locals()))

    lease_for = providers.Callable(lambda s: timedelta(seconds=s.lease_seconds), settings)
    max_bytes = settings.provided.max_upload_bytes
    max_excerpt_seconds = settings.provided.max_excerpt_seconds
    keep_arrivals = settings.provided.keep_arrivals
    retention = providers.Callable(lambda s: timedelta(days=s.trash_retention_days), settings)

    send_delivery = wired(deliver.SendDelivery)
    send_deliveries = wired(deliver.SendDeliveries)
    courier = One(deliver.Courier, send_delivery)
    relay_events = wired(relay.RelayEvents)
    notices = wired(notices.Notices)
    change_recording = wired(changes.ChangeRecording)
    change_job = wired(changes.ChangeJob)
    start_job = wired(work.StartJob)
    queue_failed_anew = wired(making.QueueFailedAnew)
    remove_belongings = wired(purge.RemoveBelongings)
    end_if_purged = wired(purge.EndIfPurged)

    get_limits = wired(ingest.GetLimits)
    put_on_record = wired(ingest.PutOnRecord)
    receive_recording = wired(ingest.ReceiveRecording)
    import_file = wired(importing.ImportFile)
    import_addresses = settings.provided.import_addresses
    own_addresses = settings.provided.own_addresses
    require_importable = wired(import_plan.RequireImportable)
    walk_source = wired(import_plan.WalkSource)
    plan_import = wired(import_plan.PlanImport)
    refer_recording = wired(import_source.ReferRecording)
    import_object = wired(import_source.ImportObject)
    take_arrival = wired(arrivals.TakeArrival)
    start_import = wired(import_job.StartImport)
    run_import = wired(import_job.RunImport)

    analyse_file = wired(processing.AnalyseFile)
    start_run = wired(bulk_runs.StartRun)
    open_upload = wired(uploads.OpenUpload)
    get_upload = wired(uploads.GetUpload)
    receive_part = wired(uploads.ReceivePart)
    complete_upload = wired(uploads.CompleteUpload)
    abort_upload = wired(uploads.AbortUpload)

    get_recording = wired(browse.GetRecording)
    search_recordings = wired(browse.SearchRecordings)
    summarise = wired(summary.Summarise)
    get_original = wired(browse.GetOriginal)
    list_renditions = wired(browse.ListRenditions)
    get_rendition = wired(browse.GetRendition)
    read_fingerprint = wired(duplicates.ReadFingerprint)
    list_duplicates = wired(duplicates.ListDuplicates)
    get_analysis = wired(analyse.GetAnalysis)
    match_loudness = wired(hear.MatchLoudness)
    start_matched_preview = wired(hear.StartMatchedPreview)
    make_on_request = wired(on_request.MakeOnRequest)
    get_excerpt = wired(look.GetExcerpt)
    get_spectrogram = wired(look.GetSpectrogram)
    get_waveform = wired(waveform.GetWaveform)

    describe_recording = wired(curate.DescribeRecording)
    trash_recording = wired(curate.TrashRecording)
    restore_recording = wired(curate.RestoreRecording)

    resolve_recipe = wired(recipes.ResolveRecipe)
    follow_rules = wired(recipe_rules.FollowRules)
    set_recipe_rules = wired(recipe_rules.SetRecipeRules)
    set_policy = wired(judge.SetPolicy)
    release_recording = wired(judge.ReleaseRecording)
    reject_recording = wired(judge.RejectRecording)
    judge = wired(judge.Judge)

    fail_recording_of_job = wired(work.FailRecordingOfJob)
    watch_events = wired(watch.WatchEvents)

    create_webhook = wired(webhooks.CreateWebhook)
    list_webhooks = wired(webhooks.ListWebhooks)
    get_webhook = wired(webhooks.GetWebhook)
    change_webhook = wired(webhooks.ChangeWebhook)
    rotate_secret = wired(webhooks.RotateSecret)
    remove_webhook = wired(webhooks.RemoveWebhook)
    send_test = wired(webhooks.SendTest)
    search_deliveries = wired(webhooks.SearchDeliveries)
    replay_delivery = wired(webhooks.ReplayDelivery)
    replay_deliveries = wired(webhooks.ReplayDeliveries)

    get_job = wired(work.GetJob)
    search_jobs = wired(work.SearchJobs)
    cancel_job = wired(work.CancelJob)
    retry_job = wired(work.RetryJob)
    list_dead_letters = wired(work.ListDeadLetters)
    release_dead_letter = wired(work.ReleaseDeadLetter)

    authenticate = wired(access.Authenticate)
    create_library = wired(access.CreateLibrary)
    get_library = wired(access.GetLibrary)
    create_key = wired(access.CreateKey)
    list_keys = wired(access.ListKeys)
    revoke_key = wired(access.RevokeKey)
    search_audit = wired(access.SearchAudit)
    ensure_default_library = wired(access.EnsureDefaultLibrary)
    prepare_access = wired(access.PrepareAccess)

    give_up_job = wired(labour.GiveUpJob)
    take_job = wired(labour.TakeJob)
    keep_rendition = wired(keep_rendition.KeepRendition)
    assemble_original = wired(analyse.AssembleOriginal)
    list_descriptors = wired(catalogue.ListDescriptors)
    list_findings = wired(catalogue.ListFindings)

    start_analysis = wired(reanalyse.StartAnalysis)
    reanalyse_library = wired(reanalyse.ReanalyseLibrary)
    list_analyses = wired(reanalyse.ListAnalyses)
    reanalyse = wired(reanalyse.Reanalyse)

    list_models = wired(predict.ListModels)
    start_prediction = wired(predict.StartPrediction)
    list_predictions = wired(predict.ListPredictions)
    get_prediction = wired(predict.GetPrediction)
    search_predictions = wired(predict.SearchPredictions)
    run_predict = wired(predict.RunPredict)

    get_recipe = wired(recipes.GetRecipe)
    list_recipes = wired(recipes.ListRecipes)
    list_recipe_versions = wired(recipes.ListRecipeVersions)
    create_recipe = wired(recipes.CreateRecipe)
    edit_recipe = wired(recipes.EditRecipe)
    list_steps = wired(recipes.ListSteps)

    keep_identity = wired(duplicates.KeepIdentity)
    listen = wired(analyse.Listen)
    keep_result = wired(take_over.KeepResult)
    take_over_result = wired(take_over.TakeOverResult)
    take_over_results = wired(take_over.TakeOverResults)
    run_ingest = wired(analyse.RunIngest)
    run_analyse = wired(analyse.RunAnalyse)
    run_preview = wired(hear.RunPreview)

    verdict_of = providers.Object(verdicts.verdict_of)
    failure_of = providers.Object(verdicts.failure_of)
    bulk_slots = settings.provided.bulk_slots
    analyse_work = wired(analyse_work.AnalyseWork)
    predict_work = wired(predict_work.PredictWork)
    render = wired(render.Render)
    preview_recipe = wired(recipe_preview.PreviewRecipe)
    get_recipe_preview = wired(recipe_preview.GetRecipePreview)
    apply_recipe = wired(apply_recipe.ApplyRecipe)
    make_recordings = wired(child_recordings.MakeRecordings)
    run_recipe = wired(recipe_work.RunRecipe)
    recipe_work = wired(recipe_work.RecipeWork)
    fixity_work = wired(fixity_work.FixityWork)
    count_damaged = wired(count_damaged.CountDamaged)
    move_recording = wired(move.MoveRecording)
    change_work = wired(change_work.ChangeWork)
    undo_work = wired(undo_work.UndoWork)
    works = providers.Dict(
        {
            Work.ANALYSE: analyse_work,
            Work.PREDICT: predict_work,
            Work.RECIPE: recipe_work,
            Work.FIXITY: fixity_work,
            Work.CHANGE: change_work,
            Work.UNDO: undo_work,
        }
    )
    check_selection = wired(selecting.CheckSelection)
    select_recordings = wired(selecting.SelectRecordings)
    make_items = wired(making.MakeItems)
    call_crews = wired(crews.CallCrews)
    do_items = wired(do_items.DoItems)
    reopen_batch = wired(run_batch.ReopenBatch)
    start_batch = wired(batches.StartBatch)
    import_metadata = wired(metadata_import.ImportMetadata)
    look_at_batch = wired(batches.LookAtBatch)
    list_items = wired(batches.ListItems)
    plan_batch = wired(plan_batch.PlanBatch)
    pause_job = wired(batches.PauseJob)
    resume_job = wired(batches.ResumeJob)
    decide_item = wired(batches.DecideItem)
    run_batch = wired(run_batch.RunBatch)
    run_crew = wired(run_crew.RunCrew)

    start_scheduled = wired(run_schedules.StartScheduled)
    run_schedules = wired(run_schedules.RunDueSchedules)
    check_runs = wired(schedules.CheckRuns)
    change_schedule = wired(schedules.ChangeSchedule)
    create_schedule = wired(schedules.CreateSchedule)
    edit_schedule = wired(schedules.EditSchedule)
    pause_schedule = wired(schedules.PauseSchedule)
    resume_schedule = wired(schedules.ResumeSchedule)
    remove_schedule = wired(schedules.RemoveSchedule)
    run_schedule = wired(schedules.RunNow)
    get_schedule = wired(schedules.GetSchedule)
    list_schedules = wired(schedules.ListSchedules)
    list_runs = wired(schedules.ListRuns)

    sweep = wired(upkeep.Sweep)
    purge_expired_uploads = wired(upkeep.PurgeExpiredUploads)
    reconcile_blobs = wired(upkeep.ReconcileBlobs)
    purge_on_request = wired(on_request.PurgeOnRequest)
    empty_trash = wired(upkeep.EmptyTrash)
    tasks = providers.Dict(
        {
            "sweep": sweep,
            "purge-expired-uploads": purge_expired_uploads,
            "purge-on-request": purge_on_request,
            "reconcile-blobs": reconcile_blobs,
            "empty-trash": empty_trash,
            "relay-events": relay_events,
            "send-webhooks": send_deliveries,
            "run-schedules": run_schedules,
        }
    )
    run_maintenance = wired(maintenance.RunMaintenance)
    claim_task = wired(schedule.ClaimTask)


def _family(profile: Profile) -> type[containers.DeclarativeContainer]:
    """Only the one that is asked for is loaded: the SDK of AWS takes a while."""
    if profile is Profile.AWS:
        from entrypoints.families.aws import AwsAdapters

        return AwsAdapters
    if profile is Profile.LOCAL:
        from entrypoints.families.local import LocalAdapters

        return LocalAdapters
    from entrypoints.families.memory import MemoryAdapters

    return MemoryAdapters


def _make_data_folder(folder: Path) -> None:
    """For the service's own user alone. The access of a folder that is there already is its owner's affair."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unavailable(
            f"The data folder {folder} cannot be made: {error.strerror}. Set AUDIO_DATA_DIR to a folder of yours."
        ) from error


class Container:
    """The wired product: `adapters` of the settings' profile, and the use-cases over them. Makes the data folder."""

    def __init__(self, settings: Settings) -> None:
        if settings.profile is not Profile.MEMORY:
            _make_data_folder(settings.data_dir)
        self.settings = settings
        self.adapters: Any = _family(settings.profile)(settings=settings)
        self.use_cases: Any = UseCases(settings=settings, adapters=self.adapters)
        self.use_cases.check_dependencies()

    def start(self, spare_children: int = 0) -> None:
        """For a service: sends events to webhooks as they come, and warms the engine's children but the spare ones."""
        self.use_cases.courier().start()
        engine = self.adapters.engine()
        if isinstance(engine, IsolatedEngine):
            engine.start(spare_children)

    def children_have_network(self) -> bool | None:
        """Whether what decodes could reach a network; None where sound is heard in this very process."""
        engine = self.adapters.engine()
        return engine.has_network() if isinstance(engine, IsolatedEngine) else None

    def close(self) -> None:
        """Ends child processes and closes files."""
        engine = self.adapters.engine()
        if isinstance(engine, IsolatedEngine):
            engine.close()
        if "database" in self.adapters.providers:
            self.adapters.database().close()
