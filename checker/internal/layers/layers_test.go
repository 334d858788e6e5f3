package layers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rules of the repository, on a stage with one package for each layer that the tests plant imports into.
func repositoryRules(t *testing.T) *Rules {
	t.Helper()
	rules, err := Load("../../../layers.yaml")
	require.NoError(t, err)
	rules.Known = nil
	return rules
}

// stage returns a stage that keeps all rules, with the given files added or replaced.
func stage(t *testing.T, planted map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":                                       "module shop\n",
		"gen/order/v1/order.pb.go":                     "package orderv1\n",
		"platform/errs/error.go":                       "package errs\nimport \"errors\"\n",
		"platform/postgres/tx.go":                      "package postgres\nimport \"github.com/jackc/pgx/v5\"\n",
		"order/internal/domain/order.go":               "package domain\nimport \"time\"\n",
		"order/internal/usecase/create.go":             "package usecase\nimport (\n\t\"shop/order/internal/domain\"\n\t\"shop/platform/errs\"\n)\n",
		"order/internal/grpc/handler.go":               "package grpc\nimport (\n\t\"google.golang.org/grpc\"\n\t\"shop/gen/order/v1\"\n\t\"shop/order/internal/usecase\"\n)\n",
		"order/internal/repository/postgres/orders.go": "package postgres\nimport (\n\t\"shop/order/internal/domain\"\n\t\"shop/platform/postgres\"\n)\n",
		"order/internal/client/wallet/client.go":       "package wallet\nimport \"shop/gen/order/v1\"\n",
		"order/internal/metrics/metrics.go":            "package metrics\nimport \"github.com/prometheus/client_golang/prometheus\"\n",
		"order/internal/app/app.go":                    "package app\nimport \"shop/order/internal/grpc\"\n",
		"gateway/internal/rest/router.go":              "package rest\nimport \"github.com/gin-gonic/gin\"\n",
		"gateway/internal/middleware/limit.go":         "package middleware\nimport \"shop/gateway/internal/reply\"\n",
		"gateway/internal/reply/reply.go":              "package reply\nimport \"shop/platform/errs\"\n",
		"paymentsim/sim.go":                            "package paymentsim\nimport \"net/http\"\n",
	}
	for name, text := range planted {
		files[name] = text
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	return dir
}

func TestCheck_StageThatKeepsTheRules_NoProblems(t *testing.T) {
	t.Parallel()
	problems, err := repositoryRules(t).Check(stage(t, nil))
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func TestCheck_PlantedImport_OneProblemWithPlaceChainAndReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, text string
		want       []string // in this order
	}{
		"domain imports a library": {
			"order/internal/domain/uuid.go", "package domain\n\nimport \"github.com/google/uuid\"\n",
			[]string{"order/internal/domain/uuid.go:3: domain imports github.com/google/uuid", "standard library and nothing else"},
		},
		"domain reads the environment": {
			"order/internal/domain/env.go", "package domain\nimport \"os\"\n",
			[]string{"order/internal/domain/env.go:2: domain imports os", "neither files nor the environment"},
		},
		"use case imports its repository": {
			"order/internal/usecase/find.go", "package usecase\nimport \"shop/order/internal/repository/postgres\"\n",
			[]string{"order/internal/usecase/find.go:2: usecase imports shop/order/internal/repository/postgres", "declares the interfaces it needs"},
		},
		"use case imports its handler": {
			"order/internal/usecase/find.go", "package usecase\nimport \"shop/order/internal/grpc\"\n",
			[]string{"usecase imports shop/order/internal/grpc"},
		},
		"use case imports generated messages": {
			"order/internal/usecase/find.go", "package usecase\nimport \"shop/gen/order/v1\"\n",
			[]string{"usecase imports shop/gen/order/v1", "mapped in the grpc package"},
		},
		"use case reaches gRPC through the platform": {
			"platform/errs/status.go", "package errs\nimport \"google.golang.org/grpc/status\"\n",
			[]string{
				"order/internal/usecase/create.go:4: usecase reaches google.golang.org/grpc/status", "the server maps them",
				"order/internal/usecase/create.go:4 imports shop/platform/errs",
				"platform/errs/status.go:2 imports google.golang.org/grpc/status",
			},
		},
		"use case reaches net/http through the platform": {
			"platform/errs/code.go", "package errs\nimport \"net/http\"\n",
			[]string{"usecase reaches net/http", "platform/errs/code.go:2 imports net/http"},
		},
		"use case reaches a library that no rule names": {
			"platform/errs/cron.go", "package errs\nimport \"github.com/robfig/cron/v3\"\n",
			[]string{"usecase reaches github.com/robfig/cron/v3"},
		},
		"handler imports pgx": {
			"order/internal/grpc/read.go", "package grpc\nimport \"github.com/jackc/pgx/v5\"\n",
			[]string{"delivery imports github.com/jackc/pgx/v5", "calls a use case"},
		},
		"handler imports the repository": {
			"order/internal/grpc/read.go", "package grpc\nimport \"shop/order/internal/repository/postgres\"\n",
			[]string{"delivery imports shop/order/internal/repository/postgres"},
		},
		"repository imports a client": {
			"order/internal/repository/postgres/x.go", "package postgres\nimport \"shop/order/internal/client/wallet\"\n",
			[]string{"repository imports shop/order/internal/client/wallet"},
		},
		"client imports metrics": {
			"order/internal/client/wallet/x.go", "package wallet\nimport \"shop/order/internal/metrics\"\n",
			[]string{"client imports shop/order/internal/metrics"},
		},
		"metrics import the handler": {
			"order/internal/metrics/x.go", "package metrics\nimport \"shop/order/internal/grpc\"\n",
			[]string{"adapter imports shop/order/internal/grpc"},
		},
		"gateway imports the database": {
			"gateway/internal/rest/x.go", "package rest\nimport \"shop/platform/postgres\"\n",
			[]string{"gateway imports shop/platform/postgres", "behind the gateway"},
		},
		"middleware imports routes": {
			"gateway/internal/middleware/x.go", "package middleware\nimport \"shop/gateway/internal/rest\"\n",
			[]string{"gateway-middleware imports shop/gateway/internal/rest"},
		},
		"platform imports a service": {
			"platform/postgres/x.go", "package postgres\nimport \"shop/order/db\"\n",
			[]string{"platform imports shop/order/db", "knows no service"},
		},
		"simulator imports the platform": {
			"paymentsim/x.go", "package paymentsim\nimport \"shop/platform/errs\"\n",
			[]string{"simulator imports shop/platform/errs"},
		},
		"package in no layer": {
			"order/internal/util/x.go", "package util\n",
			[]string{"order/internal/util: package is in no layer"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := stage(t, map[string]string{c.file: c.text})
			problems, err := repositoryRules(t).Check(dir)
			require.NoError(t, err)
			require.Len(t, problems, 1)
			rest := problems[0]
			for _, want := range c.want {
				require.Contains(t, rest, want, problems[0])
				_, rest, _ = strings.Cut(rest, want)
			}
		})
	}
}

func TestCheck_ImportInATest_IsNotJudged(t *testing.T) {
	t.Parallel()
	problems, err := repositoryRules(t).Check(stage(t, map[string]string{
		"order/internal/domain/order_test.go": "package domain\nimport \"github.com/stretchr/testify/assert\"\n",
	}))
	require.NoError(t, err)
	assert.Empty(t, problems)
}

func TestCheck_KnownViolation_IsLeftOutUntilItIsGone(t *testing.T) {
	t.Parallel()
	rules := repositoryRules(t)
	rules.Known = []Known{{Layer: "usecase", Package: "platform/errs", Import: "google.golang.org/grpc/..."}}
	broken := map[string]string{"platform/errs/status.go": "package errs\nimport \"google.golang.org/grpc/status\"\n"}

	problems, err := rules.Check(stage(t, nil), stage(t, broken))
	require.NoError(t, err)
	assert.Empty(t, problems, "one of two stages has the violation")

	problems, err = rules.Check(stage(t, nil))
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "no longer exists")
}

func TestCheck_LayerWithoutPackages_IsAProblem(t *testing.T) {
	t.Parallel()
	rules := repositoryRules(t)
	rules.Layers = append(rules.Layers, Layer{Name: "gone", Packages: []string{"*/internal/gone"}, Why: "it was renamed"})
	problems, err := rules.Check(stage(t, nil))
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0], "layer gone: no package matches")
}

func TestLoad_FileWithMistakes_IsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"layers: []": "no layers",
		"layers: [{name: a, packages: [a], why: b, mayy: [c]}]":         "mayy",
		"layers: [{name: a, packages: [a]}]":                            "needs a name, packages and a reason",
		"layers: [{name: a, packages: [a], why: b, never: [{why: c}]}]": "never needs imports",
	} {
		file := filepath.Join(t.TempDir(), "layers.yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		_, err := Load(file)
		assert.ErrorContains(t, err, want, text)
	}
}
