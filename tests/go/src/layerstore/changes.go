package layerstore

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
)

// Kind says what became of a file.
type Kind int

// The kinds of changes. Unmodified is a name that is in the layer only because it belongs to a hard link group.
const (
	Added Kind = iota
	Modified
	Deleted
	Unmodified
)

// Change is one entry of a layer, read as a change of the tree that it is for.
type Change struct {
	Kind Kind
	// Path begins with a slash; a whiteout's is that of the file that it deletes.
	Path    string
	Header  *tar.Header
	Content []byte
}

// Layer is a layer as containerd's differ would list it: the same entries, except that the root and directories that differ
// from the lower tree in times alone are no changes, in the order of a walk in which a whiteout stands where its file was.
type Layer struct {
	Changes []Change
	// Parents are the directories left out of Changes, by path.
	Parents map[string]*tar.Header
}

// ReadLayer runs Diff and reads what it wrote.
func ReadLayer(ctx context.Context, lower, upper string) (*Layer, error) {
	var stream bytes.Buffer
	if err := Diff(ctx, &stream, lower, upper); err != nil {
		return nil, err
	}

	layer := &Layer{Parents: map[string]*tar.Header{}}
	contents := map[string][]byte{}
	linked := map[string]bool{}
	for r := tar.NewReader(&stream); ; {
		header, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		if header.Typeflag == tar.TypeLink {
			linked[header.Name], linked[header.Linkname] = true, true
			content = contents[header.Linkname]
		}
		contents[header.Name] = content
		layer.Changes = append(layer.Changes, Change{Path: filepath.Join("/", header.Name), Header: header, Content: content})
	}

	kept := layer.Changes[:0]
	for _, change := range layer.Changes {
		if change.classify(lower, linked[change.Header.Name]) {
			kept = append(kept, change)
		} else {
			layer.Parents[change.Path] = change.Header
		}
	}
	layer.Changes = kept
	sort.SliceStable(kept, func(i, j int) bool { return inWalkOrder(kept[i].Path, kept[j].Path) })
	return layer, nil
}

// Sets the kind, and the path of a whiteout. False for what is no change.
func (c *Change) classify(lower string, linked bool) bool {
	if name := filepath.Base(c.Path); strings.HasPrefix(name, ".wh.") {
		c.Kind, c.Path = Deleted, filepath.Join(filepath.Dir(c.Path), strings.TrimPrefix(name, ".wh."))
		return true
	}

	was, err := os.Lstat(filepath.Join(lower, c.Path))
	if lower == "" || err != nil {
		c.Kind = Added
		return c.Path != "/"
	}

	c.Kind = Modified
	is := c.Header.FileInfo()
	owner := was.Sys().(*syscall.Stat_t)
	same := was.Mode() == is.Mode() && int(owner.Uid) == c.Header.Uid && int(owner.Gid) == c.Header.Gid
	if is.IsDir() {
		return c.Path != "/" && !same
	}
	if linked && same && was.ModTime().Equal(is.ModTime()) {
		old, err := os.ReadFile(filepath.Join(lower, c.Path))
		if err == nil && bytes.Equal(old, c.Content) {
			c.Kind = Unmodified
		}
	}
	return true
}

// As filepath.Walk: what is in a directory comes before the directory's longer-named neighbours.
func inWalkOrder(a, b string) bool {
	return strings.ReplaceAll(a, "/", "\x00") < strings.ReplaceAll(b, "/", "\x00")
}
