package dependencyrule

import (
	"slices"
	"strings"

	"stagecraft/checker/internal/check/imports"
)

// Libraries by purpose. A longer path is below its prefix.
var (
	transports = []string{
		"google.golang.org/grpc", "google.golang.org/protobuf", "google.golang.org/genproto", "github.com/golang/protobuf",
		"github.com/grpc-ecosystem", "github.com/gin-gonic", "net/http", "net/rpc",
	}
	databases = []string{
		"database/sql", "github.com/jackc", "github.com/lib/pq", "github.com/jmoiron/sqlx", "gorm.io", "xorm.io", "github.com/uptrace/bun",
		"github.com/redis", "github.com/gomodule/redigo", "github.com/rabbitmq", "github.com/Masterminds/squirrel",
	}
	// outside are the packages of the standard library that do input and output.
	outside = []string{"database/sql", "io/fs", "io/ioutil", "log", "net/http", "net/rpc", "net/smtp", "os", "plugin", "syscall"}
)

// domainLayer: the rules of the business depend on no library.
func domainLayer() layering {
	return layering{
		packages: []string{"*/internal/domain/..."},
		refuses: func(service string, i imports.Import) string {
			switch {
			case i.Dir == service+"/internal/domain", strings.HasPrefix(i.Dir, service+"/internal/domain/"):
				return ""
			case !i.Standard():
				return "The rules of the business outlive every library: what the domain imports must be upgraded, mocked and explained together with it."
			case i.Path == "net", under(i.Path, outside):
				return whyNoOutput
			}
			return ""
		},
		inspect: output,
	}
}

const whyNoOutput = "The domain decides. It returns an error, a value or an event; another layer writes or reads."

// transportLayer: the same use case is called over gRPC, by a job and by a test.
func transportLayer() layering {
	return layering{
		packages: []string{"*/internal/usecase/...", "*/internal/service/..."},
		through:  []string{"*/internal/domain/...", "*/internal/repository/...", "*/internal/client/..."},
		refuses: func(service string, i imports.Import) string {
			if under(i.Path, transports) || within(i.Dir, "gen", "platform/grpcserver", "platform/grpcclient", "platform/grpcstatus",
				service+"/internal/grpc", service+"/internal/http", service+"/internal/rest", service+"/internal/app") {
				return "A use case refuses with a DomainError, for all callers. The gRPC status is chosen in one place, by the server. Imports count transitively."
			}
			return ""
		},
	}
}

// storageLayer: the use case declares what it needs, and the adapter implements it.
func storageLayer() layering {
	return layering{
		packages: []string{"*/internal/usecase/...", "*/internal/service/..."},
		through:  []string{"*/internal/domain/..."},
		refuses: func(service string, i imports.Import) string {
			if under(i.Path, databases) || within(i.Dir, service+"/internal/repository", service+"/internal/client", service+"/db") {
				return "The concrete type ties the use case to one way of storing. Declare an interface with what you use, and let the adapter fit it."
			}
			return ""
		},
	}
}

// handlerLayer: rows are read and changed by use cases, in their transactions and with their idempotency keys.
func handlerLayer() layering {
	return layering{
		packages: []string{"*/internal/grpc/..."},
		through:  []string{"*/internal/usecase/...", "*/internal/service/...", "*/internal/domain/...", "*/internal/config/..."},
		refuses: func(service string, i imports.Import) string {
			if under(i.Path, databases) || within(i.Dir, "platform/postgres", service+"/internal/repository", service+"/internal/client", service+"/db") {
				return whyNoRows
			}
			return ""
		},
		inspect: ports,
	}
}

const whyNoRows = "The handler reads outside of the transaction, and without the rules of the use case."

func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") })
}

func within(dir string, dirs ...string) bool { return dir != "" && under(dir, dirs) }
