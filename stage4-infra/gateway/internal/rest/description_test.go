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

	"shop/gateway/internal/openapi"
	"shop/platform/openapitest"
)

// contract checks every answer that a test of this package gets.
var contract = lo.Must(openapitest.Load(lo.Must(openapi.JSON())))

// TestMain fails a full run in which an operation never succeeded, or after which a goroutine still runs.
func TestMain(m *testing.M) {
	code := m.Run()
	if leaked := goleak.Find(); code == 0 && leaked != nil {
		fmt.Println(leaked)
		code = 1
	}
	if left := contract.WithoutSuccess(); code == 0 && len(left) > 0 && everythingRan() {
		fmt.Println("no test of this package has a successful answer of these:", left)
		code = 1
	}
	os.Exit(code)
}

func everythingRan() bool {
	return !slices.ContainsFunc([]string{"test.run", "test.skip", "test.list", "test.fuzz"}, func(name string) bool {
		return flag.Lookup(name).Value.String() != ""
	})
}

func TestDescription_IsPublicAndCacheable(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	a := g.do(http.MethodGet, "/openapi.json", "", "Authorization", "")
	assert.Equal(t, http.StatusOK, a.Code)
	again := g.do(http.MethodGet, "/openapi.json", "", "If-None-Match", a.Header().Get("ETag"))
	assert.Equal(t, http.StatusNotModified, again.Code)
	assert.Empty(t, again.Body.String())
}
