package layerstore

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// DiffAsListed writes Diff's layer in the order and with the hard links of containerd's differ, for tests that compare the
// entries of a layer one by one. Nothing is made up: an entry that is not in the layer is an error.
func DiffAsListed(ctx context.Context, w io.Writer, lower, upper string) error {
	layer, err := ReadLayer(ctx, lower, upper)
	if err != nil {
		return err
	}

	l := lister{layer: layer, out: tar.NewWriter(w), written: map[string]bool{"/": true}, first: map[string]string{}, waiting: map[string][]Change{}}
	for _, change := range layer.Changes {
		if err := l.add(change); err != nil {
			return err
		}
	}
	for _, names := range l.waiting {
		return fmt.Errorf("the layer has a hard link group without a change: %s", names[0].Path)
	}
	return l.out.Close()
}

type lister struct {
	layer   *Layer
	out     *tar.Writer
	written map[string]bool
	// By LayerStore's name for a hard link group: the name that carries the content here, and those that come right after it.
	first   map[string]string
	waiting map[string][]Change
}

// LayerStore lets the first name of a group carry the content, containerd the first that is new.
func (l *lister) add(c Change) error {
	group := l.group(c)
	switch {
	case group == "":
		return l.write(c, "")
	case l.first[group] != "":
		return l.write(c, l.first[group])
	case c.Kind == Unmodified:
		l.waiting[group] = append(l.waiting[group], c)
		return nil
	}

	l.first[group] = c.Header.Name
	if err := l.write(c, ""); err != nil {
		return err
	}
	for _, name := range l.waiting[group] {
		if err := l.write(name, c.Header.Name); err != nil {
			return err
		}
	}
	delete(l.waiting, group)
	return nil
}

// The name of the group's first entry; empty for a file with one name.
func (l *lister) group(c Change) string {
	if c.Header.Typeflag == tar.TypeLink {
		return c.Header.Linkname
	}
	for _, other := range l.layer.Changes {
		if other.Header.Typeflag == tar.TypeLink && other.Header.Linkname == c.Header.Name {
			return c.Header.Name
		}
	}
	return ""
}

func (l *lister) write(c Change, linkTo string) error {
	if err := l.writeParents(c.Path); err != nil {
		return err
	}

	header := *c.Header
	header.Typeflag, header.Linkname, header.Size = typeOf(c, linkTo), linkTo, int64(len(c.Content))
	if linkTo != "" {
		header.Size = 0
	}
	if header.Typeflag == tar.TypeSymlink {
		header.Linkname = c.Header.Linkname
	}
	l.written[c.Path] = true
	if err := l.out.WriteHeader(&header); err != nil {
		return err
	}
	if header.Size == 0 {
		return nil
	}
	_, err := l.out.Write(c.Content)
	return err
}

func typeOf(c Change, linkTo string) byte {
	switch {
	case linkTo != "":
		return tar.TypeLink
	case c.Header.Typeflag == tar.TypeLink:
		return tar.TypeReg
	default:
		return c.Header.Typeflag
	}
}

func (l *lister) writeParents(path string) error {
	parent := filepath.Dir(path)
	if l.written[parent] {
		return nil
	}
	if err := l.writeParents(parent); err != nil {
		return err
	}
	header := l.layer.Parents[parent]
	if header == nil {
		return fmt.Errorf("the layer has no entry for %s, the directory of %s", strings.TrimPrefix(parent, "/"), path)
	}
	l.written[parent] = true
	return l.out.WriteHeader(header)
}
