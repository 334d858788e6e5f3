package grpcclient

import (
	"time"

	"google.golang.org/grpc/resolver/dns"
)

func init() { dns.SetMinResolutionInterval(time.Minute) }
