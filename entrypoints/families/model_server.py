"""What a model server needs: ears, models, and a place for files while it works. No store, no queue, no account."""

from dependency_injector import containers, providers

from adapters.audio.isolated import IsolatedEngine
from adapters.local.workspaces import FolderWorkspaces
from adapters.models.shelf import ModelShelf
from adapters.models.speech import SpeechModel
from application.predict import PredictSound
from entrypoints.families.limits import engine_limits
from entrypoints.settings import Settings

One = providers.ThreadSafeSingleton  # requests arrive in many threads


class ModelServerAdapters(containers.DeclarativeContainer):
    settings = providers.Dependency(instance_of=Settings)
    workspaces = One(FolderWorkspaces, settings.provided.data_dir.joinpath.call("workspaces"))
    engine = One(
        IsolatedEngine, providers.Callable(engine_limits, settings), children=settings.provided.worker_children
    )
    models = One(ModelShelf, providers.List(One(SpeechModel)))
    predict_sound = One(PredictSound, engine, workspaces, models)
