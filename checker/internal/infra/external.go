package infra

import (
	"context"
	"errors"
	"net/url"
	"os"
	"strconv"
)

// external are servers that the user runs.
type external struct{ postgres, redis, rabbit, rabbitAPI string }

// externalFromEnv returns nil when no URL is set, or another provider is forced.
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
			Next: "set it to a role that may create databases and roles, or unset the other STAGECRAFT_… variables"}
	}
	return &e, nil
}

// missing names the variable of a needed server that is not set.
func (e external) missing(need Need) error {
	for _, v := range []struct {
		needed         bool
		name, variable string
		value          string
	}{
		{need.Redis, redisName, "STAGECRAFT_REDIS_URL", e.redis},
		{need.RabbitMQ, rabbitName, "STAGECRAFT_RABBITMQ_URL", e.rabbit},
	} {
		if v.needed && v.value == "" {
			return &Fault{What: "external servers are used but " + v.variable + " is not set, and this run needs " + v.name,
				Next: "set " + v.variable + ", or unset STAGECRAFT_POSTGRES_URL so that all servers are started here"}
		}
	}
	return nil
}

// openExternal connects to what the variables name. What does not work is a fault: other servers are never used instead.
func (s *Servers) openExternal(ctx context.Context, e external, need Need) error {
	s.Provider = "external"
	if err := e.missing(need); err != nil {
		return err
	}
	endpoints := map[string]endpoint{}
	var err error
	if s.postgres, err = openPostgres(ctx, e.postgres); err != nil {
		return externalFault(ctx, postgresName, "STAGECRAFT_POSTGRES_URL", err)
	}
	var number string
	if err := s.postgres.pool.QueryRow(ctx, "SHOW server_version").Scan(&number); err != nil {
		return externalFault(ctx, postgresName, "STAGECRAFT_POSTGRES_URL", err)
	}
	if err := externalVersion(postgresName, firstVersion(number), endpoints); err != nil {
		return err
	}
	if need.RabbitMQ {
		if err := s.openExternalRabbit(ctx, e, endpoints); err != nil {
			return err
		}
	}
	if need.Redis {
		shared, err := openSharedRedis(ctx, e.redis, runName(s.postgres.run))
		if err != nil {
			return externalFault(ctx, redisName, "STAGECRAFT_REDIS_URL", err)
		}
		s.redis = shared
		endpoints[redisName] = endpoint{Version: shared.version}
	}
	s.Line = line(s.Provider, endpoints)
	return nil
}

func (s *Servers) openExternalRabbit(ctx context.Context, e external, endpoints map[string]endpoint) error {
	if e.rabbitAPI == "" {
		e.rabbitAPI = usualManagement(e.rabbit)
	}
	rabbit, err := openRabbit(e.rabbit, e.rabbitAPI)
	if err == nil {
		err = rabbit.ping(ctx)
	}
	if err != nil {
		return externalFault(ctx, rabbitName, "STAGECRAFT_RABBITMQ_URL", err)
	}
	var overview struct {
		Version string `json:"rabbitmq_version"`
	}
	if err := rabbit.call(ctx, "GET", "overview", nil, &overview); err != nil {
		return &Fault{What: "the management of the RabbitMQ of STAGECRAFT_RABBITMQ_URL does not answer", Cause: err,
			Next: "enable the plugin rabbitmq_management, give the user the tag administrator, and set STAGECRAFT_RABBITMQ_API if it is not on port 15672"}
	}
	s.rabbit = rabbit
	return externalVersion(rabbitName, overview.Version, endpoints)
}

// usualManagement is where the management listens by default.
func usualManagement(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	api := url.URL{Scheme: "http", User: parsed.User, Host: parsed.Hostname() + ":15672"}
	if port, err := strconv.Atoi(parsed.Port()); err == nil && port != 5672 {
		api.Host = parsed.Hostname() + ":" + strconv.Itoa(port+10000)
	}
	return api.String()
}

func externalVersion(name, version string, endpoints map[string]endpoint) error {
	if !atLeast(version, minimumVersion[name]) {
		return &Fault{What: "the external " + name + " " + version + " is older than " + minimumVersion[name], Next: "give a newer one"}
	}
	endpoints[name] = endpoint{Version: version}
	return nil
}

func externalFault(ctx context.Context, name, variable string, err error) error {
	fault := serverFault(ctx, name, "be used as "+variable+" says", err)
	var f *Fault
	if errors.As(fault, &f) && f.Cause != nil {
		f.Next = "correct " + variable + " or that server, or unset it; no other server is used in its place"
	}
	return fault
}
