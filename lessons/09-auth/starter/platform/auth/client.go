package auth

import (
	"context"

	"google.golang.org/grpc/metadata"
)

// ServiceCredentials sends a token of this service itself, issued on behalf of the user named with OnBehalfOf, or otherwise of the user
// whose request is being served.
func ServiceCredentials(issuer *Issuer) Credentials {
	// TODO: a token of its own, for the right user.
	return ForwardToken()
}

func (c Credentials) attach(ctx context.Context) (context.Context, error) {
	// TODO: not every call has a token.
	token, err := c(ctx)
	return metadata.AppendToOutgoingContext(ctx, metadataKey, scheme+string(token)), err
}
