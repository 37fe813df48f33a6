"""Use-cases over recordings and jobs: coming in, being heard, looked at and judged; keys, webhooks."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from dependency_injector import containers, providers

from application import (
    access,
    analyse,
    arrivals,
    backlog,
    browse,
    bulk_runs,
    catalogue,
    changes,
    curate,
    deliver,
    duplicates,
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
    loudness_series,
    making,
    metadata_export,
    notices,
    on_request,
    predict,
    processing,
    purge,
    reanalyse,
    recipe_rules,
    recipes,
    regions,
    relay,
    sessions,
    summary,
    take_over,
    tally,
    uploads,
    watch,
    waveform,
    waveform_image,
    webhooks,
    work,
)
from entrypoints.settings import Settings
from entrypoints.use_cases.wiring import One, wired_in


class RecordingUseCases(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    adapters = providers.DependenciesContainer()
    wired: Callable[[type], Any] = staticmethod(partial(wired_in, adapters, locals()))

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
    name_recordings = wired(browse.NameRecordings)
    search_recordings = wired(browse.SearchRecordings)
    tally_recordings = wired(tally.TallyRecordings)
    export_metadata = wired(metadata_export.ExportMetadata)
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
    get_outline = wired(waveform_image.GetOutline)
    get_loudness = wired(loudness_series.GetLoudness)

    describe_recording = wired(curate.DescribeRecording)
    trash_recording = wired(curate.TrashRecording)
    restore_recording = wired(curate.RestoreRecording)

    resolve_recipe = wired(recipes.ResolveRecipe)
    follow_rules = wired(recipe_rules.FollowRules)
    set_recipe_rules = wired(recipe_rules.SetRecipeRules)
    set_policy = wired(judge.SetPolicy)
    release_recording = wired(judge.ReleaseRecording)
    reject_recording = wired(judge.RejectRecording)
    reopen_recording = wired(judge.ReopenRecording)
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
    tell_backlog = wired(backlog.TellBacklog)
    cancel_job = wired(work.CancelJob)
    retry_job = wired(work.RetryJob)
    list_dead_letters = wired(work.ListDeadLetters)
    release_dead_letter = wired(work.ReleaseDeadLetter)

    authenticate = wired(access.Authenticate)
    start_session = wired(sessions.StartSession)
    sign_in = wired(sessions.SignIn)
    make_sign_in_link = wired(sessions.MakeSignInLink)
    sign_in_by_link = wired(sessions.SignInByLink)
    authenticate_session = wired(sessions.AuthenticateSession)
    sign_out = wired(sessions.SignOut)
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

    list_regions = wired(regions.ListRegions)
    get_region = wired(regions.GetRegion)
    add_region = wired(regions.AddRegion)
    change_region = wired(regions.ChangeRegion)
    remove_region = wired(regions.RemoveRegion)

    keep_identity = wired(duplicates.KeepIdentity)
    listen = wired(analyse.Listen)
    keep_result = wired(take_over.KeepResult)
    take_over_result = wired(take_over.TakeOverResult)
    take_over_results = wired(take_over.TakeOverResults)
    run_ingest = wired(analyse.RunIngest)
    run_analyse = wired(analyse.RunAnalyse)
    run_preview = wired(hear.RunPreview)
