package dependencyrule

import (
	"slices"
	"strings"

	"stagecraft/checker/internal/check/imports"
)

// Libraries by what they are for; a longer path is below its prefix.
var (
	transports = []string{
		"google.golang.org/grpc", "google.golang.org/protobuf", "google.golang.org/genproto", "github.com/golang/protobuf",
		"github.com/grpc-ecosystem", "github.com/gin-gonic", "net/http", "net/rpc",
	}
	databases = []string{
		"database/sql", "github.com/jackc", "github.com/lib/pq", "github.com/jmoiron/sqlx", "gorm.io", "xorm.io", "github.com/uptrace/bun",
		"github.com/redis", "github.com/gomodule/redigo", "github.com/rabbitmq", "github.com/Masterminds/squirrel",
	}
	// outside is what the standard library has to leave the process, or to write on its behalf.
	outside = []string{"database/sql", "log", "net/http", "net/rpc", "net/smtp", "os", "plugin", "syscall"}
)

// domainLayer: what an order or a wallet may become does not depend on any tool.
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
				return "The domain decides and does nothing else: what it would log or read, it returns, as an error, a value or an event."
			}
			return ""
		},
	}
}

// transportLayer: the same use case is called over gRPC, by a job and by a test.
func transportLayer() layering {
	return layering{
		packages: []string{"*/internal/usecase/...", "*/internal/service/..."},
		through:  []string{"*/internal/domain/...", "*/internal/repository/...", "*/internal/client/..."},
		refuses: func(service string, i imports.Import) string {
			if under(i.Path, transports) || within(i.Dir, "gen", "platform/grpcserver", "platform/grpcclient",
				service+"/internal/grpc", service+"/internal/http", service+"/internal/rest", service+"/internal/app") {
				return "A use case says what is wrong in its own words, once for all callers. The words of gRPC are chosen in one place, at the edge."
			}
			return ""
		},
	}
}

// storageLayer: the use case declares what it needs, the adapter brings it.
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

// handlerLayer: whatever touches rows goes through a use case, and with it through its transaction and its idempotency key.
func handlerLayer() layering {
	return layering{
		packages: []string{"*/internal/grpc/..."},
		through:  []string{"*/internal/usecase/...", "*/internal/service/...", "*/internal/domain/...", "*/internal/config/..."},
		refuses: func(service string, i imports.Import) string {
			if under(i.Path, databases) || within(i.Dir, "platform/postgres", service+"/internal/repository", service+"/internal/client", service+"/db") {
				return "What the handler reads for itself, it reads outside of the transaction and past the rules that the use case keeps."
			}
			return ""
		},
	}
}

func under(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return path == prefix || strings.HasPrefix(path, prefix+"/") })
}

func within(dir string, dirs ...string) bool { return dir != "" && under(dir, dirs) }
