package infra

import (
	"context"
	"os"
)

// external are servers that somebody else runs.
type external struct{ postgres, redis, rabbit, rabbitAPI string }

// externalFromEnv returns nil when no URL is set.
func externalFromEnv() (*external, error) {
	e := external{
		postgres: os.Getenv("STAGECRAFT_POSTGRES_URL"), redis: os.Getenv("STAGECRAFT_REDIS_URL"),
		rabbit: os.Getenv("STAGECRAFT_RABBITMQ_URL"), rabbitAPI: os.Getenv("STAGECRAFT_RABBITMQ_API"),
	}
	forced := os.Getenv("STAGECRAFT_INFRA")
	if e == (external{}) && forced != "external" || forced != "" && forced != "external" {
		return nil, nil
	}
	if e.postgres == "" {
		return nil, &Fault{What: "external servers are asked for but STAGECRAFT_POSTGRES_URL is not set",
			Next: "set it to a role that may create databases and roles, or unset the other STAGECRAFT_ variables"}
	}
	return &e, nil
}

func (s *Servers) openExternal(ctx context.Context, e external, need Need) error { return nil }
