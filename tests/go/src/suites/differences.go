package main

import "regexp"

// A difference is a case that fails because LayerStore means to do something else. It must fail, and in this way.
type difference struct {
	output *regexp.Regexp
	reason string
}

var differences = map[string]difference{
	"TestTarWithXattr/WithXattrSelinux": {
		regexp.MustCompile(`expect to be unconfined_u:object_r:default_t:s0.*, actually get *\n`),
		"security.selinux belongs to the policy of the host, not to the image: a layer's is not set",
	},
	"TestBreakouts/SymlinkEmptyFilename": {
		regexp.MustCompile(`invalid archive: .*the layer's entry for the root is not a directory`),
		"an entry for the root that is no directory is refused (CVE-2021-29136), not left out",
	},
	"TestBreakouts/SymlinkParentDirectory": {
		regexp.MustCompile(`invalid archive: .*the layer has a path out of the root: \.\.`),
		"an entry whose name leads out of the root is refused, not left out",
	},
	"TestBreakouts/WhiteoutDirectoryName": {
		regexp.MustCompile(`invalid archive: .*the layer has an entry below a whiteout: \.wh\.etc`),
		"no file can have a name that begins with .wh. (OCI image-spec, layer.md, \"Whiteouts\"): no layer could hold it again",
	},
	"TestUpdateWithSameTime": {
		regexp.MustCompile(`got\(5\):\n\s+modify\s+/file-modified-time\n\s+modify\s+/file-same-time\n\s+modify\s+/file-truncated-time-1\n` +
			`\s+modify\s+/file-truncated-time-2\n\s+modify\s+/file-truncated-time-3\n\s*expected\(4\):`),
		"a file with other content but the same size and time has changed: the content is compared",
	},
}
