package auth

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

const metadataKey = "authorization"

// Credentials adds a token to the metadata of every outgoing call of a connection. Use it only for the shop's own services: a
// third party that receives a token can act as its owner.
type Credentials func(ctx context.Context) (Token, error)

// ForwardToken passes on the token of the user whose request is being served.
func ForwardToken() Credentials {
	return func(ctx context.Context) (Token, error) {
		token, _ := ctx.Value(tokenKey{}).(Token)
		return token, nil
	}
}

// ServiceCredentials sends a token of this service itself, issued on behalf of the user named with OnBehalfOf, or otherwise of the user
// whose request is being served.
func ServiceCredentials(issuer *Issuer) Credentials {
	return func(ctx context.Context) (Token, error) {
		user, ok := ctx.Value(onBehalfKey{}).(string)
		if !ok {
			p, _ := FromContext(ctx)
			user = p.UserID()
		}
		return issuer.Issue(user, time.Now())
	}
}

// UnaryClient is the interceptor for unary calls.
func (c Credentials) UnaryClient(
	ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, opts ...grpc.CallOption,
) error {
	ctx, err := c.attach(ctx)
	if err != nil {
		return err
	}
	return invoker(ctx, method, req, reply, cc, opts...)
}

// StreamClient is the interceptor for streams.
func (c Credentials) StreamClient(
	ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	ctx, err := c.attach(ctx)
	if err != nil {
		return nil, err
	}
	return streamer(metadata.NewOutgoingContext(ctx, metadata.MD{}), desc, cc, method, opts...)
}

func (c Credentials) attach(ctx context.Context) (context.Context, error) {
	token, err := c(ctx)
	if err != nil || token == "" {
		return ctx, err
	}
	return metadata.AppendToOutgoingContext(ctx, metadataKey, scheme+string(token)), nil
}
