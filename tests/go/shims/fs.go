package fs

import (
	"context"
	"os"
	"path/filepath"

	"layerstore"
)

// Changes stands in for continuity's own function: what a layer of LayerStore changes.
func Changes(ctx context.Context, a, b string, changeFn ChangeFunc) error {
	layer, err := layerstore.ReadLayer(ctx, a, b)
	if err != nil {
		return err
	}

	kinds := map[layerstore.Kind]ChangeKind{
		layerstore.Added: ChangeKindAdd, layerstore.Modified: ChangeKindModify,
		layerstore.Deleted: ChangeKindDelete, layerstore.Unmodified: ChangeKindUnmodified,
	}
	for _, change := range layer.Changes {
		info := change.Header.FileInfo()
		if info.IsDir() {
			// A tar says nothing of a directory's size.
			if info, err = os.Lstat(filepath.Join(b, change.Path)); err != nil {
				return err
			}
		}
		if err := changeFn(kinds[change.Kind], change.Path, info, nil); err != nil {
			return err
		}
	}
	return nil
}
