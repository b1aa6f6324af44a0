"""Who may do what, as tables."""

from uuid import uuid4

import pytest

from rems.access.rules import (
    GRANTS,
    HELD_WORDS,
    ROLES,
    WORDS,
    HeldFor,
    Permission,
    Role,
    can,
    check_email,
    folded,
    require,
)
from rems.core.actor import Actor, ActorKind, Holding
from rems.core.errors import BadInput, NotAllowed

HERE, THERE, PROGRAM = uuid4(), uuid4(), uuid4()


def holding(role: Role, **held: frozenset) -> Actor:
    return Actor(ActorKind.PERSON, uuid4(), "Ada", role, (Holding(role, frozenset(GRANTS[role]), **held),))


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_granted_to_some_role_and_has_words(permission: Permission) -> None:
    assert any(permission in granted for granted in GRANTS.values())
    assert WORDS[permission]


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_title_a_sentence_and_something_to_do(role: Role) -> None:
    spec = ROLES[role]
    assert spec.title[0].isupper()
    assert spec.sentence.endswith(".")
    assert spec.permissions


@pytest.mark.parametrize("kind", HeldFor)
def test_what_a_role_is_held_for_has_words_and_a_role(kind: HeldFor) -> None:
    assert HELD_WORDS[kind]
    assert any(spec.held_for == kind for spec in ROLES.values())


def test_no_role_has_both_the_sites_and_the_sponsors_hand() -> None:
    for role, granted in GRANTS.items():
        assert not {Permission.SITE_ATTEST, Permission.SITE_CERTIFY} <= granted, role


def test_an_administrator_has_no_permission_for_patients_and_an_auditor_changes_nothing() -> None:
    assert {p.partition(":")[0] for p in GRANTS[Role.ADMINISTRATOR]} == {"account", "trail"}
    assert {p.partition(":")[2] for p in GRANTS[Role.AUDITOR]} == {"read", "make"}


def test_a_permission_counts_in_the_scope_and_the_program_it_is_held_for_alone() -> None:
    coordinator = holding(Role.SITE_COORDINATOR, scopes=frozenset({HERE}))
    assert can(coordinator, Permission.STOCK_MOVE)
    assert can(coordinator, Permission.STOCK_MOVE, scope_id=HERE)
    assert not can(coordinator, Permission.STOCK_MOVE, scope_id=THERE)
    assert not can(coordinator, Permission.STOCK_MOVE, scope_id=THERE, program_id=PROGRAM)
    manager = holding(Role.PROGRAM_MANAGER, programs=frozenset({PROGRAM}))
    assert can(manager, Permission.SITE_CERTIFY, scope_id=THERE, program_id=PROGRAM)
    assert not can(manager, Permission.SITE_CERTIFY, program_id=uuid4())


def test_two_roles_do_not_lend_each_other_their_permissions() -> None:
    both = Actor(
        ActorKind.PERSON,
        uuid4(),
        "Ada",
        "two roles",
        (
            Holding("pharmacist", frozenset(GRANTS[Role.PHARMACIST]), scopes=frozenset({HERE})),
            Holding("auditor", frozenset(GRANTS[Role.AUDITOR]), scopes=frozenset({THERE})),
        ),
    )
    assert can(both, Permission.STOCK_MOVE, scope_id=HERE)
    assert not can(both, Permission.STOCK_MOVE, scope_id=THERE)
    assert not can(both, Permission.EVENT_READ, scope_id=HERE)


def test_a_part_of_the_system_may_do_everything_and_an_actor_without_a_role_nothing() -> None:
    nobody = Actor(ActorKind.PERSON, uuid4(), "Ada", "no role")
    assert all(can(Actor.system("clock"), p) and not can(nobody, p) for p in Permission)


def test_a_refusal_says_what_and_whose_it_is() -> None:
    with pytest.raises(NotAllowed) as refused:
        require(holding(Role.PHARMACIST), Permission.SITE_CERTIFY)
    assert refused.value.sentence == "Your role may not certify sites here. It is for: program manager."


def test_an_address_is_compared_without_case_and_outer_space() -> None:
    assert folded("  Ada.L@Example.ORG ") == "ada.l@example.org"


@pytest.mark.parametrize("email", ["ada@hospital.example", "a.b+c@x.y", "ödön@kórház.example"])
def test_an_address_is_taken(email: str) -> None:
    check_email(email)


@pytest.mark.parametrize(
    "email", ["", "ada", "@hospital.example", "ada@", "ada@hospital", "a b@x.y", "a@x" + "y" * 260]
)
def test_what_cannot_be_an_address_is_refused_in_a_sentence(email: str) -> None:
    with pytest.raises(BadInput, match="is no e-mail address; write it like name@hospital.example") as refused:
        check_email(email)
    assert refused.value.field == "email"
