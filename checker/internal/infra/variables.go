package infra

// Variables returns the environment by which another program, a test above all, finds these servers: the variables that name external
// servers to the checker itself. It has those that Ensure was asked for and that have an address of their own.
func (s *Servers) Variables() []string {
	if s.session == nil {
		return nil // external: the variables are set already
	}
	var env []string
	for _, v := range []struct{ server, variable string }{
		{postgresName, "STAGECRAFT_POSTGRES_URL"}, {redisName, "STAGECRAFT_REDIS_URL"}, {rabbitName, "STAGECRAFT_RABBITMQ_URL"},
	} {
		if e := s.session.endpoints[v.server]; e.URL != "" {
			env = append(env, v.variable+"="+e.URL)
		}
	}
	if api := s.session.endpoints[rabbitName].API; api != "" {
		env = append(env, "STAGECRAFT_RABBITMQ_API="+api)
	}
	return env
}
