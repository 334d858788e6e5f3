package lesson

import (
	_ "embed"

	"gopkg.in/yaml.v3"
)

// A Topic is something that the workshop teaches.
type Topic struct {
	ID    string `yaml:"id"`
	Stage int    `yaml:"stage"`
	Title string `yaml:"title"`
}

//go:embed topics.yaml
var topicsYAML []byte

// Topics lists all topics, in the order in which the stages bring them.
func Topics() []Topic {
	var all []Topic
	if err := yaml.Unmarshal(topicsYAML, &all); err != nil {
		panic("topics.yaml: " + err.Error()) // it is compiled in, and a test reads it
	}
	return all
}
