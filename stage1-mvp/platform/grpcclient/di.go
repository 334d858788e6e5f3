package grpcclient

import (
	"go.uber.org/fx"
	"google.golang.org/grpc"
)

// Connect is Dial for a connection that is closed when the service stops.
func Connect(lc fx.Lifecycle, target string, opts ...Option) (*grpc.ClientConn, error) {
	conn, err := Dial(target, opts...)
	if err != nil {
		return nil, err
	}
	lc.Append(fx.StopHook(conn.Close))
	return conn, nil
}
