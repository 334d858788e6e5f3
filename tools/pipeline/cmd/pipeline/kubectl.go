package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
)

// forward sends a call of kubectl to the cluster, and does what it answers.
func forward(args []string) int {
	connection, err := net.Dial("unix", os.Getenv("CLUSTER"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubectl:", err)
		return 1
	}
	defer connection.Close()
	var input []byte
	for _, arg := range args {
		if arg == "-" {
			input, _ = io.ReadAll(os.Stdin)
		}
	}
	dir, _ := os.Getwd()
	var answer struct {
		Out  string `json:"out"`
		Err  string `json:"err"`
		Code int    `json:"code"`
	}
	err = json.NewEncoder(connection).Encode(map[string]any{"args": args, "dir": dir, "input": string(input)})
	if err == nil {
		err = json.NewDecoder(connection).Decode(&answer)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubectl:", err)
		return 1
	}
	fmt.Print(answer.Out)
	if answer.Err != "" {
		fmt.Fprintln(os.Stderr, answer.Err)
	}
	return answer.Code
}
