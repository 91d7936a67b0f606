"""What several tests ask the API for."""


def deck_ids(client, **query):
    page = client.get("/api/v1/deck", query)
    assert page.status_code == 200, page.json()
    return [item["profile"]["id"] for item in page.json()["results"]]
