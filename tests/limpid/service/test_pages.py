"""The pages in a browser, headless: jobs, proofs and pictures are shown, and a guest's name stays a text."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.limpid.service.browser import browsing, needs_browser
from tests.limpid.service.conftest import HOSTILE_NAME
from tests.limpid.service.running import FIBONACCI, Server, number, running


@needs_browser
def test_browser_shows_jobs_proofs_and_a_picture_and_runs_no_script_of_a_name(server: Server) -> None:
    root = server.request(b"abc", quote(HOSTILE_NAME))
    job, url = server.wait(root), server.start["url"]
    with browsing() as browser:
        browser.show(url)
        assert browser.run("return document.title") == "Limpid"
        assert browser.run("return document.scripts.length") == 1
        row = f"document.getElementById('job-{job['job']}')"
        assert browser.run(f"return {row}.cells[1].textContent") == HOSTILE_NAME
        assert browser.run(f"return {row}.cells[3].textContent") == "proven"
        browser.show(f"{url}/jobs/{job['job']}")
        assert browser.run("return document.title") == f"{HOSTILE_NAME}, proven"
        assert browser.run("return document.querySelector('h1').textContent") == HOSTILE_NAME
        assert browser.run("return document.scripts.length") == 1
        # The proof as a link of the page gives it.
        fetching = "return fetch(document.querySelector('a[download]').href).then(answer => answer.arrayBuffer())"
        assert browser.run(f"{fetching}.then(bytes => bytes.byteLength)") == job["proof_bytes"]
        assert f"--program {job['program_id']}" in browser.run("return document.querySelector('pre').textContent")
        # The picture's frame is another site's to the page, and shows something.
        assert browser.run("return document.querySelector('iframe').contentDocument") is None
        assert browser.picture().startswith(b"\x89PNG")
        browser.show(f"{url}/jobs/{job['job']}/flame-graph")
        assert browser.run("return document.querySelector('h1').textContent").startswith(HOSTILE_NAME)
        assert browser.run("return document.querySelectorAll('.frame').length") > 4
        assert browser.run("return self.origin") == "null"
        # Its own script answers to a click.
        wide = "return document.querySelectorAll('.frame')[2].style.width"
        before = browser.run(wide)
        browser.run("document.querySelectorAll('.frame')[2].click()")
        assert (before, browser.run(wide)) == (before, "100%")


@needs_browser
def test_page_follows_jobs_while_it_is_shown(server: Server) -> None:
    with browsing() as browser:
        browser.show(server.start["url"])
        job = server.wait(server.request(number(40)))
        browser.wait(f"return document.getElementById('job-{job['job']}')?.cells[3].textContent == 'proven'")


@needs_browser
def test_page_of_another_site_reaches_nothing(server: Server, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<title>elsewhere</title>")
    before = server.jobs()
    url = f"{server.start['url']}/v1/execution_proof_requests?proof_types=fibonacci"
    with browsing() as browser:
        browser.show((tmp_path / "page.html").as_uri())
        sent = f"return fetch('{url}', {{method: 'POST', mode: 'no-cors', body: 'x'.repeat(8)}})"
        assert browser.run(f"{sent}.then(answer => answer.type, error => String(error))") in (
            "opaque",
            "TypeError: Failed to fetch",
        )
    assert server.jobs() == before


@needs_browser
def test_browser_that_is_given_the_token_shows_the_pages(tmp_path: Path) -> None:
    token = "0123456789abcdef"
    (tmp_path / "token").write_text(token)
    with running(tmp_path / "folder", str(FIBONACCI), "--token-file", str(tmp_path / "token")) as server:
        assert server.ask("/").status == 401
        assert server.ask("/health").status == 200
        with browsing() as browser:
            browser.show(server.start["url"], token)
            assert browser.run("return document.title") == "Limpid"
            # Its script and its events come with the same token.
            browser.wait("return events.readyState == EventSource.OPEN")


@pytest.mark.parametrize("path", ["/", "/jobs", "/style.css", "/page.js", "/v1/proof_types", "/nothing"])
def test_every_answer_says_what_a_browser_may_do_with_it(path: str, server: Server) -> None:
    headers = server.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["content-security-policy"]
    assert "server" not in headers


def test_picture_stands_in_a_sandbox(server: Server) -> None:
    root = server.request(number(41))
    job = server.wait(root)
    answer = server.ask(f"/jobs/{job['job']}/flame-graph")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
    assert b"main" in answer.body


def test_name_of_a_guest_is_escaped_on_every_page(server: Server) -> None:
    for job in server.jobs():
        for path in ("/", f"/jobs/{job['job']}"):
            assert b"<script>document" not in server.ask(path).body


def test_job_that_is_not_there_or_not_proven_has_nothing_to_fetch(server: Server) -> None:
    root = server.request(number(2**50))
    job = server.wait(root, "failed")
    for path in (f"/jobs/{'0' * 64}", f"/jobs/{job['job']}/proof", f"/jobs/{job['job']}/output"):
        assert server.ask(path).status == 404
    assert server.ask(f"/jobs/{job['job']}/flame-graph").status == 404
    assert "instructions" in server.ask(f"/jobs/{job['job']}").body.decode()
    assert server.ask(f"/jobs/{job['job']}/state").document == job


def test_numbers_of_the_service_have_no_label_that_a_client_made(server: Server) -> None:
    server.ask("/made-up-by-a-client")
    text = server.ask("/metrics").body.decode()
    assert "made-up" not in text
    assert re.search(r'^limpid_requests_total\{route="none",status="404"\} \d+', text, re.MULTILINE) is not None
    assert re.search(r'^limpid_jobs_accepted_total\{guest="fibonacci"\} \d+', text, re.MULTILINE) is not None
