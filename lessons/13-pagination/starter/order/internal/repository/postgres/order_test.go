package postgres_test

import "testing"

//stagecraft:drop
func TestEachPageOfABuyersOrdersIsARangeOfTheIndex(t *testing.T) {}
