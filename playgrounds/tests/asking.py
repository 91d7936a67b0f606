"""What the tests of the API ask and read."""

URL = "/api/v1/playgrounds"
FAVORITES = "/api/v1/me/favorites"
GEOJSON = {"accept": "application/geo+json"}


def names(response):
    assert response.status_code == 200, response.content
    return [each["name"] for each in response.json()["results"]]


def refusal(response, status=400):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    return response.json()


def pointers(response):
    return [error["pointer"] for error in refusal(response)["errors"]]


def all_pages(client, url, **params):
    rows, pages = [], 0
    response = client.get(url, params)
    while True:
        page = response.json()
        rows += page["results"]
        pages += 1
        assert pages < 50, "the pages go round in a circle"
        if not page["next"]:
            return rows, pages
        response = client.get(page["next"])
