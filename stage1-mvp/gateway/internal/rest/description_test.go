package rest_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"

	"stagecraft/stage1-mvp/gateway/internal/openapi"
	"stagecraft/stage1-mvp/platform/openapitest"
)

// contract judges every answer that a test of this package gets.
var contract = lo.Must(openapitest.Load(lo.Must(openapi.JSON())))

// TestMain fails a full run after which an operation is left that no test has seen succeed, or something that was started and has not
// ended.
func TestMain(m *testing.M) {
	code := m.Run()
	if leaked := goleak.Find(); code == 0 && leaked != nil {
		fmt.Println(leaked)
		code = 1
	}
	if left := contract.WithoutSuccess(); code == 0 && len(left) > 0 && everythingRan() {
		fmt.Println("no test of this package has seen these succeed:", left)
		code = 1
	}
	os.Exit(code)
}

func everythingRan() bool {
	return !slices.ContainsFunc([]string{"test.run", "test.skip", "test.list", "test.fuzz"}, func(name string) bool {
		return flag.Lookup(name).Value.String() != ""
	})
}

func TestTheDescriptionIsPublicAndCacheable(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/openapi.json", "", "Authorization", "")
	assert.Equal(t, http.StatusOK, a.Code)
	again := g.do(http.MethodGet, "/openapi.json", "", "If-None-Match", a.Header().Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Empty(t, again.Body.String())
}
