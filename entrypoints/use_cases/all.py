"""All use-cases: those over recordings, and on top of them recipes, batches, schedules and upkeep."""

from collections import ChainMap
from collections.abc import Callable
from functools import partial
from typing import Any

from dependency_injector import providers

from application import (
    analyse_work,
    apply_recipe,
    batches,
    change_work,
    child_recordings,
    count_damaged,
    crews,
    do_items,
    fixity_work,
    leftovers,
    maintenance,
    making,
    metadata_import,
    move,
    on_request,
    plan_batch,
    predict_work,
    recipe_preview,
    recipe_work,
    recipes,
    render,
    run_batch,
    run_crew,
    run_schedules,
    schedule,
    schedules,
    selecting,
    traces,
    undo_work,
    upkeep,
)
from domain.batch import Work
from entrypoints import verdicts
from entrypoints.use_cases.recordings import RecordingUseCases
from entrypoints.use_cases.wiring import wired_in


class UseCases(RecordingUseCases):
    wired: Callable[[type], Any] = staticmethod(
        partial(wired_in, RecordingUseCases.adapters, ChainMap(locals(), RecordingUseCases.providers))
    )

    get_recipe = wired(recipes.GetRecipe)
    list_recipes = wired(recipes.ListRecipes)
    list_recipe_versions = wired(recipes.ListRecipeVersions)
    create_recipe = wired(recipes.CreateRecipe)
    edit_recipe = wired(recipes.EditRecipe)
    list_steps = wired(recipes.ListSteps)

    verdict_of = providers.Object(verdicts.verdict_of)
    failure_of = providers.Object(verdicts.failure_of)
    bulk_slots = RecordingUseCases.settings.provided.bulk_slots
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
    traces = wired(traces.Traces)
    move_work = wired(move.MoveWork)
    change_work = wired(change_work.ChangeWork)
    undo_work = wired(undo_work.UndoWork)
    works = providers.Dict(
        {
            Work.ANALYSE: analyse_work,
            Work.PREDICT: predict_work,
            Work.RECIPE: recipe_work,
            Work.FIXITY: fixity_work,
            Work.CHANGE: change_work,
            Work.MOVE: move_work,
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
    foretell_times = wired(schedules.ForetellTimes)
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
    remove_leftovers = wired(leftovers.RemoveLeftovers)
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
            "relay-events": RecordingUseCases.relay_events,
            "send-webhooks": RecordingUseCases.send_deliveries,
            "run-schedules": run_schedules,
        }
    )
    run_maintenance = wired(maintenance.RunMaintenance)
    claim_task = wired(schedule.ClaimTask)
