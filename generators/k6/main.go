// k6 with perfbed's output built in. Everything else is k6 as it is.
package main

import (
	"go.k6.io/k6/cmd"

	_ "perfbed.local/generators/k6/output"
)

func main() {
	cmd.Execute()
}
