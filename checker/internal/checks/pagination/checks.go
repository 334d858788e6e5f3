// Package pagination judges lists that are read page by page: signed cursors, what a use case makes of them, and the queries behind it on a
// real PostgreSQL.
package pagination

import (
	"embed"
	"io/fs"
	"time"

	"stagecraft/checker/internal/check"
)

//go:embed testdata
var testdata embed.FS

const (
	cursors = "platform/pagination"
	useCase = "order/internal/usecase"
	queries = "order/internal/repository/postgres"
)

// Checks returns the checks of the topic.
func Checks() []check.Check {
	return []check.Check{
		whiteBox("cursor-signed", cursors, "TestZZCursorSigned", "a cursor that the service did not make, or made for another list, is refused"),
		whiteBox("page-size", cursors, "TestZZPageSize", "no client chooses a page without an end"),
		whiteBox("list-pages", useCase, "TestZZListPages", "a page says whether there is a next one, and its cursor is good for this list and this buyer alone"),
		onDatabase("keyset-rows", queries, "TestZZKeysetRows", "each order is on exactly one page, whatever happens between two pages"),
		onDatabase("keyset-plan", queries, "TestZZKeysetPlan", "the last page costs as little as the first"),
	}
}

func whiteBox(id, pkg, test, sentence string) check.Check {
	return check.Check{ID: id, Sentence: sentence, Topic: "pagination", Tests: tests(), Run: check.GoTest(pkg, test)}
}

func onDatabase(id, pkg, test, sentence string) check.Check {
	return check.Check{
		ID: id, Sentence: sentence, Topic: "pagination", Needs: check.Needs{Scratch: true}, Timeout: time.Minute, Tests: tests(),
		Run: func(t *check.T) { onPostgres(t, pkg, test) },
	}
}

func tests() fs.FS {
	files, err := fs.Sub(testdata, "testdata")
	if err != nil {
		panic(err) // the name is constant
	}
	return files
}
