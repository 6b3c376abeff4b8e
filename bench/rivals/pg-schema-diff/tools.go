//go:build tools

// Package tools names the rival that `npm run bench -- many --rivals` builds.
package tools

import _ "github.com/stripe/pg-schema-diff/cmd/pg-schema-diff"
