package redis

func key(string) string { return "cqrs:written" }
