package discovery

// settings is config.yaml, with the keys that the lesson names.
type settings struct {
	APISIX struct {
		NodeListen []struct {
			Port int `json:"port"`
		} `json:"node_listen"`
		EnableAdmin   *bool `json:"enable_admin"`
		EnableControl *bool `json:"enable_control"`
		Router        struct {
			HTTP string `json:"http"`
		} `json:"router"`
		SSL struct {
			Enable bool `json:"enable"`
			Listen []struct {
				Port int `json:"port"`
			} `json:"listen"`
			Protocols string `json:"ssl_protocols"`
		} `json:"ssl"`
	} `json:"apisix"`
	Deployment struct {
		Role          string `json:"role"`
		RoleDataPlane struct {
			ConfigProvider string `json:"config_provider"`
		} `json:"role_data_plane"`
		RoleTraditional struct {
			ConfigProvider string `json:"config_provider"`
		} `json:"role_traditional"`
		Admin map[string]any `json:"admin"`
		Etcd  map[string]any `json:"etcd"`
	} `json:"deployment"`
	Plugins   []string `json:"plugins"`
	Discovery struct {
		DNS *struct {
			Servers    []string `json:"servers"`
			ResolvConf string   `json:"resolv_conf"`
		} `json:"dns"`
	} `json:"discovery"`
	Nginx struct {
		Envs []string `json:"envs"`
		HTTP struct {
			ClientMaxBodySize string `json:"client_max_body_size"`
		} `json:"http"`
	} `json:"nginx_config"`
}

// table is apisix.yaml.
type table struct {
	Routes      []route    `json:"routes"`
	Upstreams   []upstream `json:"upstreams"`
	Consumers   []consumer `json:"consumers"`
	Protos      []proto    `json:"protos"`
	GlobalRules []struct {
		ID      string  `json:"id"`
		Plugins plugins `json:"plugins"`
	} `json:"global_rules"`
}

type route struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Desc       string   `json:"desc"`
	URI        string   `json:"uri"`
	URIs       []string `json:"uris"`
	Methods    []string `json:"methods"`
	Priority   int      `json:"priority"`
	UpstreamID string   `json:"upstream_id"`
	Timeout    *timeout `json:"timeout"`
	Plugins    plugins  `json:"plugins"`
}

func (r *route) paths() []string {
	if r.URI != "" {
		return append([]string{r.URI}, r.URIs...)
	}
	return r.URIs
}

// timeout is in seconds. APISIX requires all three.
type timeout struct {
	Connect float64 `json:"connect"`
	Send    float64 `json:"send"`
	Read    float64 `json:"read"`
}

type upstream struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Desc          string         `json:"desc"`
	Type          string         `json:"type"`
	Scheme        string         `json:"scheme"`
	Nodes         map[string]int `json:"nodes"`
	DiscoveryType string         `json:"discovery_type"`
	ServiceName   string         `json:"service_name"`
	Retries       *int           `json:"retries"`
	RetryTimeout  float64        `json:"retry_timeout"`
	Timeout       *timeout       `json:"timeout"`
	TLS           *struct {
		ClientCert string `json:"client_cert"`
		ClientKey  string `json:"client_key"`
	} `json:"tls"`
}

type consumer struct {
	Username string `json:"username"`
	Plugins  struct {
		JWTAuth *struct {
			Key                 string `json:"key"`
			Algorithm           string `json:"algorithm"`
			PublicKey           string `json:"public_key"`
			LifetimeGracePeriod int    `json:"lifetime_grace_period"`
		} `json:"jwt-auth"`
	} `json:"plugins"`
}

type proto struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

// plugins are those that the lesson names.
type plugins struct {
	JWTAuth *struct {
		Header          string `json:"header"`
		KeyClaimName    string `json:"key_claim_name"`
		HideCredentials bool   `json:"hide_credentials"`
	} `json:"jwt-auth"`
	LimitCount     *limitCount  `json:"limit-count"`
	APIBreaker     *breaker     `json:"api-breaker"`
	TrafficSplit   *split       `json:"traffic-split"`
	ProxyBuffering *buffering   `json:"proxy-buffering"`
	GRPCTranscode  *transcoding `json:"grpc-transcode"`
	RealIP         *realIP      `json:"real-ip"`
	RequestID      *struct {
		HeaderName        string `json:"header_name"`
		IncludeInResponse bool   `json:"include_in_response"`
	} `json:"request-id"`
	Prometheus *struct {
		PreferName bool `json:"prefer_name"`
	} `json:"prometheus"`
}

type limitCount struct {
	Count        int    `json:"count"`
	TimeWindow   int    `json:"time_window"`
	KeyType      string `json:"key_type"`
	Key          string `json:"key"`
	RejectedCode *int   `json:"rejected_code"`
	RejectedMsg  string `json:"rejected_msg"`
	Policy       string `json:"policy"`
}

type breaker struct {
	BreakResponseCode int  `json:"break_response_code"`
	MaxBreakerSec     *int `json:"max_breaker_sec"`
	Unhealthy         struct {
		HTTPStatuses []int `json:"http_statuses"`
		Failures     *int  `json:"failures"`
	} `json:"unhealthy"`
	Healthy struct {
		HTTPStatuses []int `json:"http_statuses"`
		Successes    *int  `json:"successes"`
	} `json:"healthy"`
}

type split struct {
	Rules []struct {
		WeightedUpstreams []struct {
			UpstreamID string `json:"upstream_id"`
			Weight     int    `json:"weight"`
		} `json:"weighted_upstreams"`
	} `json:"rules"`
}

type buffering struct {
	Disable bool `json:"disable_proxy_buffering"`
}

type transcoding struct {
	ProtoID  string   `json:"proto_id"`
	Service  string   `json:"service"`
	Method   string   `json:"method"`
	Deadline int      `json:"deadline"`
	PBOption []string `json:"pb_option"`
}

type realIP struct {
	Source           string   `json:"source"`
	TrustedAddresses []string `json:"trusted_addresses"`
	Recursive        bool     `json:"recursive"`
}
