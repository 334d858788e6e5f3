package stack

import (
	"fmt"
	"maps"
	"net/url"
	"os"
	"strings"

	"stagecraft/checker/internal/fault"
)

// environ is the whole environment of a service; its dependencies are given through links.
func (s *Stack) environ(service *Service) ([]string, error) {
	env := map[string]string{
		"SERVICE_ENV":                 "dev",
		"LOG_LEVEL":                   "info",
		"OTEL_EXPORTER_OTLP_ENDPOINT": s.options.OTLPEndpoint,
		"METRICS_ADDR":                service.MetricsAddr,
		service.kind.addrEnv:          service.Addr,
		// No load balancer has to notice that a service stops; a check with one sets its own.
		"SHUTDOWN_ENDPOINT_WAIT": "0s",
	}
	maps.Copy(env, Settings(service.kind.name, s.Keys))
	maps.Copy(env, s.Certificates.environ(service.kind.name))
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "TZ"} {
		if value := os.Getenv(name); value != "" {
			env[name] = value
		}
	}
	if service.kind.name == "wallet" {
		env["PAYMENT_URL"] = s.Provider.URL()
		env["PAYMENT_API_KEY"] = s.Provider.APIKey()
	}
	for _, callee := range service.kind.calls {
		target := s.Service(callee)
		if target == nil {
			continue
		}
		addr, err := s.callLink(service, target)
		if err != nil {
			return nil, err
		}
		env[strings.ToUpper(callee)+"_TARGET"] = addr
	}
	for _, dependency := range []struct{ variable, server, url string }{
		{"DATABASE_URL", "postgres", s.options.Databases[service.kind.database]},
		{"REDIS_URL", "redis", s.options.RedisURL},
	} {
		if dependency.url == "" {
			continue
		}
		through, err := s.serverLink(service.Name, dependency.server, dependency.url)
		if err != nil {
			return nil, err
		}
		env[dependency.variable] = through
	}
	if service.kind.broker && s.options.AMQPURL != "" {
		through, err := s.brokerLink(service.Name)
		if err != nil {
			return nil, err
		}
		env["RABBITMQ_URL"] = through
	}
	maps.Copy(env, s.options.Env)
	maps.Copy(env, s.options.ServiceEnv[service.kind.name])
	maps.Copy(env, service.overrides())
	list := make([]string, 0, len(env))
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list, nil
}

// callLink opens the link to another service, once, and returns the address to give to the caller.
func (s *Stack) callLink(caller, callee *Service) (string, error) {
	if s.options.Direct {
		return callee.Addr, nil
	}
	name := caller.Name + "->" + callee.Name
	s.mu.Lock()
	defer s.mu.Unlock()
	if link := s.calls[name]; link != nil {
		return link.Addr(), nil
	}
	listen, dial := s.Certificates.link(caller.kind.name, callee.kind.name)
	link, err := openOnFreePort(&s.ports, func(addr string) (*fault.Link, error) {
		return fault.NewSecureLink(name, addr, callee.Addr, listen, dial, s.options.OnEvent)
	})
	if err != nil {
		return "", err
	}
	s.calls[name] = link
	return link.Addr(), nil
}

// serverLink opens the link to a database or cache, once, and returns the URL to give to the service.
func (s *Stack) serverLink(caller, server, rawURL string) (string, error) {
	if s.options.Direct {
		return rawURL, nil
	}
	parsed, err := url.Parse(rawURL)
	if err != nil {
		return "", fmt.Errorf("url of %s for %s: %w", server, caller, err)
	}
	name := caller + "->" + server
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.tcp[name]
	if link == nil {
		link, err = openOnFreePort(&s.ports, func(addr string) (*fault.TCPLink, error) {
			return fault.NewTCPLink(name, addr, parsed.Host, s.options.OnEvent)
		})
		if err != nil {
			return "", err
		}
		s.tcp[name] = link
	}
	parsed.Host = link.Addr()
	return parsed.String(), nil
}

// brokerLink opens the link to the broker, once, and returns the URL to give to the service.
func (s *Stack) brokerLink(caller string) (string, error) {
	if s.options.Direct {
		return s.options.AMQPURL, nil
	}
	parsed, err := url.Parse(s.options.AMQPURL)
	if err != nil {
		return "", fmt.Errorf("url of the broker for %s: %w", caller, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	link := s.amqp[caller]
	if link == nil {
		link, err = openOnFreePort(&s.ports, func(addr string) (*fault.AMQPLink, error) {
			return fault.NewAMQPLink(caller+"->rabbitmq", addr, parsed.Host, s.options.OnEvent)
		})
		if err != nil {
			return "", err
		}
		s.amqp[caller] = link
	}
	parsed.Host = link.Addr()
	return parsed.String(), nil
}
