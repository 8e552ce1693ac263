"""What every live thing has in common: the subshell on which its messages stay."""

from __future__ import annotations

from types import SimpleNamespace

import comm
import pytest
from ipykernel.comm.comm import BaseComm

from autograder.pages import load
from autograder.widgets.page_widget import PageWidget

SLUG = "gradients/one-weight"


@pytest.fixture
def kernels_comm(monkeypatch):
    """Widgets get comms of ipykernel's own kind, as in a kernel."""
    monkeypatch.setattr(comm, "create_comm", BaseComm)


def test_messages_stay_on_their_own_subshell(kernels_comm):
    """ipykernel would answer on the subshell that spoke last; our widgets answer where a message came from."""
    widget = PageWidget(load(SLUG))
    others = BaseComm(target_name="jupyter.widget")
    for each in (widget.comm, others):
        each._reply_subshell_id = "of the cell that runs"
    assert others._reply_subshell_for({}, "own") == "of the cell that runs"  # what we do without
    assert widget.comm._reply_subshell_for({}, "own") == "own"


def test_only_our_own_comms_are_changed(kernels_comm):
    """The method is replaced on the widget's comm; ipykernel's class, and so every other widget, stays as it is."""
    before = dict(vars(BaseComm))
    PageWidget(load(SLUG))
    assert dict(vars(BaseComm)) == before


def test_an_ipykernel_without_that_method_is_left_alone(monkeypatch):
    """There the widget opens as well, and nothing is put on its comm."""
    opened = []

    def create_comm(**about):
        opened.append(
            SimpleNamespace(comm_id="c1", kernel=None, on_msg=lambda callback: None, close=lambda **more: None)
        )
        return opened[-1]

    monkeypatch.setattr(comm, "create_comm", create_comm)
    PageWidget(load(SLUG))
    assert opened and not hasattr(opened[0], "_reply_subshell_for")
