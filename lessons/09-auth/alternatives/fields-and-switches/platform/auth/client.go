package auth

import (
	"context"
	"time"

	"google.golang.org/grpc/metadata"
)

// ServiceCredentials sends a token of this service itself.
func ServiceCredentials(issuer *Issuer) Credentials {
	return func(ctx context.Context) (Token, error) {
		switch user := ctx.Value(onBehalfKey{}).(type) {
		case string:
			return issuer.Issue(user, time.Now())
		default:
			caller, _ := FromContext(ctx)
			return issuer.Issue(caller.UserID(), time.Now())
		}
	}
}

func (c Credentials) attach(ctx context.Context) (context.Context, error) {
	token, err := c(ctx)
	if err != nil {
		return nil, err
	}
	md, _ := metadata.FromOutgoingContext(ctx)
	md = md.Copy()
	if token != "" {
		md.Set(metadataKey, scheme+string(token))
	}
	return metadata.NewOutgoingContext(ctx, md), nil
}
