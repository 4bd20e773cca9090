// Puller pulls an image of a local OCI layout into a containerd with the client's own unpacker, and says what it had to fetch for that:
//
//	puller SOCKET NAMESPACE SNAPSHOTTER LAYOUT TAG NAME
//
// prints "documents BYTES layers BYTES".
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/containerd/containerd"
	"github.com/containerd/containerd/errdefs"
	"github.com/containerd/containerd/namespaces"
	"github.com/containerd/containerd/remotes"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// layout is a remote whose registry is a directory.
type layout struct {
	directory, tag    string
	documents, layers int64
}

func (l *layout) Resolve(_ context.Context, name string) (string, ocispec.Descriptor, error) {
	text, err := os.ReadFile(filepath.Join(l.directory, "index.json"))
	if err != nil {
		return "", ocispec.Descriptor{}, err
	}
	var index ocispec.Index
	if err := json.Unmarshal(text, &index); err != nil {
		return "", ocispec.Descriptor{}, err
	}
	for _, manifest := range index.Manifests {
		if manifest.Annotations[ocispec.AnnotationRefName] == l.tag {
			return name, manifest, nil
		}
	}
	return "", ocispec.Descriptor{}, fmt.Errorf("%s: %w", l.tag, errdefs.ErrNotFound)
}

func (l *layout) Fetcher(context.Context, string) (remotes.Fetcher, error) {
	return remotes.FetcherFunc(l.fetch), nil
}

func (l *layout) Pusher(context.Context, string) (remotes.Pusher, error) {
	return nil, errdefs.ErrNotImplemented
}

func (l *layout) fetch(_ context.Context, blob ocispec.Descriptor) (io.ReadCloser, error) {
	fetched := &l.documents
	if strings.Contains(blob.MediaType, ".layer.") || strings.Contains(blob.MediaType, ".rootfs.") {
		fetched = &l.layers
	}
	file, err := os.Open(filepath.Join(l.directory, "blobs", blob.Digest.Algorithm().String(), blob.Digest.Encoded()))
	if err != nil {
		return nil, err
	}
	return counted{file, fetched}, nil
}

type counted struct {
	io.ReadCloser
	fetched *int64
}

func (c counted) Read(buffer []byte) (int, error) {
	n, err := c.ReadCloser.Read(buffer)
	atomic.AddInt64(c.fetched, int64(n))
	return n, err
}

func main() {
	if err := pull(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pull(words []string) error {
	if len(words) != 6 {
		return fmt.Errorf("usage: puller SOCKET NAMESPACE SNAPSHOTTER LAYOUT TAG NAME")
	}
	client, err := containerd.New(words[0])
	if err != nil {
		return err
	}
	defer client.Close()
	source := &layout{directory: words[3], tag: words[4]}
	_, err = client.Pull(
		namespaces.WithNamespace(context.Background(), words[1]),
		words[5],
		containerd.WithResolver(source),
		containerd.WithPullUnpack,
		containerd.WithPullSnapshotter(words[2]))
	fmt.Printf("documents %d layers %d\n", source.documents, source.layers)
	return err
}
