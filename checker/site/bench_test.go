package site

import "testing"

// BenchmarkBuild builds the whole site with a warm cache, as a saved page does.
func BenchmarkBuild(b *testing.B) {
	kept := openCache("../..")
	for b.Loop() {
		if _, err := build("../..", kept); err != nil {
			b.Fatal(err)
		}
	}
}
