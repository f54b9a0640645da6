"""Training: once for each content, and in plain words when it fails."""

import asyncio
from pathlib import Path

import pytest

from assistant.config.model import Config
from assistant.dialogue.project import RasaProject
from assistant.dialogue.train import Progress, train
from assistant.errors import UserError

CONFIG = """
recipe: default.v1
assistant_id: test
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: LogisticRegressionClassifier
- name: FallbackClassifier
  threshold: 0.1
policies:
- name: RulePolicy
"""
DOMAIN = "intents: [hello, bye]\nresponses:\n  utter_hello:\n  - text: hello\n"
NLU = """
nlu:
- intent: hello
  examples: |
    - hello
    - hi
- intent: bye
  examples: |
    - bye
    - see you
"""
RULES = "rules:\n- rule: hello\n  steps:\n  - intent: hello\n  - action: utter_hello\n"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASSISTANT_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    (root / "data").mkdir(parents=True)
    for name, text in {
        "config.yml": CONFIG,
        "domain.yml": DOMAIN,
        "data/nlu.yml": NLU,
        "data/rules.yml": RULES,
    }.items():
        (root / name).write_text(text)
    return root


def project_in(root: Path, **settings: object) -> RasaProject:
    project = RasaProject.from_config(Config.model_validate(settings), root)
    try:
        project.python()
    except UserError as error:
        pytest.skip(str(error))
    return project


def test_everything_that_shapes_the_model_changes_its_place(small: Path) -> None:
    seen = {project_in(small).model}
    seen.add(project_in(small, dialogue={"nlu_threshold": 0.7}).model)
    seen.add(project_in(small, names={"items": ["halloumi"]}).model)
    (small / "data" / "rules.yml").write_text(RULES.replace("rule: hello", "rule: greet"))
    seen.add(project_in(small).model)
    assert len(seen) == 4
    (small / "actions.py").write_text("# code beside the model")
    assert project_in(small).model in seen


def test_the_owners_threshold_is_used(small: Path) -> None:
    assert "threshold: 0.7" in project_in(small, dialogue={"nlu_threshold": 0.7}).config_yaml()


def test_a_folder_that_is_no_project_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no Rasa project: it has no config\.yml"):
        RasaProject.from_config(Config(), tmp_path)


def test_without_rasa_it_says_what_to_do(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_RASA_PYTHON", str(small / "python"))
    with pytest.raises(UserError, match="Rasa is not installed"):
        RasaProject.from_config(Config(), small).python()


@pytest.mark.rasa
@pytest.mark.timeout(300)
async def test_two_at_once_train_once(small: Path) -> None:
    project = project_in(small)
    steps: list[list[Progress]] = [[], []]
    models = await asyncio.gather(*(train(project, steps[n].append) for n in range(2)))
    assert models[0] == models[1] == project.model
    assert models[0].stat().st_size > 1000
    assert [bool(progress) for progress in steps].count(True) == 1
    told = steps[0] or steps[1]
    assert [p.fraction for p in told] == sorted(p.fraction for p in told)
    assert told[-1] == Progress(1.0, "trained")
    assert list(models[0].parent.parent.glob(".training-*")) == []
    assert await train(project) == models[0]


@pytest.mark.rasa
@pytest.mark.timeout(300)
async def test_what_rasa_objects_to_is_said(small: Path) -> None:
    (small / "data" / "rules.yml").write_text(
        RULES + "- rule: other\n  steps:\n  - intent: hello\n  - action: utter_bye\n"
    )
    project = project_in(small)
    with pytest.raises(UserError, match="Rasa could not train") as caught:
        await train(project)
    assert "hello" in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert not project.model.exists()


@pytest.mark.rasa
@pytest.mark.timeout(300)
async def test_given_up_it_leaves_nothing_behind(small: Path) -> None:
    project = project_in(small)
    started = asyncio.Event()
    training = asyncio.create_task(train(project, lambda progress: started.set()))
    async with asyncio.timeout(30):
        await started.wait()
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert list(project.model.parent.parent.glob(".training-*")) == []
    assert not project.model.exists()
