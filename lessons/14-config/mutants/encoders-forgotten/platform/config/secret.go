package config

//stagecraft:drop
func (Secret) MarshalText() ([]byte, error) { return nil, nil }
