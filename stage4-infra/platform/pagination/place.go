package pagination

// Place returns the place that a cursor holds, or nil for an empty cursor, which means the first page. Its errors are those of Decode.
func Place[T any](s *Signer, scope, cursor string) (*T, error) {
	if cursor == "" {
		return nil, nil
	}
	var place T
	if err := s.Decode(scope, cursor, &place); err != nil {
		return nil, err
	}
	return &place, nil
}
