// Package layerstore runs `layerstore layer apply` and `layerstore layer diff`, so that other projects' tests can be run on
// LayerStore's engine.
package layerstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// ErrBadLayer is what a refused layer gives: exit code 3.
var ErrBadLayer = errors.New("bad layer")

// Apply applies a layer onto what a directory holds.
func Apply(ctx context.Context, root string, layer io.Reader) error {
	return run(ctx, layer, nil, "apply", root)
}

// ApplyOverlay stores a layer in overlay's form, over the layers of parents, the topmost first.
func ApplyOverlay(ctx context.Context, root string, layer io.Reader, parents []string) error {
	return run(ctx, layer, nil, "apply", "--overlay", "--parents", strings.Join(parents, ":"), root)
}

// Diff writes the layer that leads from one directory to another; from "" it is a base layer.
func Diff(ctx context.Context, layer io.Writer, lower, upper string) error {
	if lower == "" {
		empty, err := os.MkdirTemp("", "empty-")
		if err != nil {
			return err
		}
		defer os.Remove(empty)
		lower = empty
	}
	return run(ctx, nil, layer, "diff", lower, upper)
}

// LAYERSTORE holds the program and arguments that stand before its command, with spaces between them.
func run(ctx context.Context, in io.Reader, out io.Writer, args ...string) error {
	words := strings.Fields(os.Getenv("LAYERSTORE"))
	if len(words) == 0 {
		return errors.New("LAYERSTORE is not set")
	}

	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, words[0], append(append(words[1:], "layer"), args...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}

	text := strings.TrimSpace(stderr.String())
	if exit.ExitCode() == 3 {
		return fmt.Errorf("layer %s: %w: %s", args[0], ErrBadLayer, text)
	}
	return fmt.Errorf("layer %s: %w: %s", args[0], err, text)
}
