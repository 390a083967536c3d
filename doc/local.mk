# Schemas are installed: reports name them, and users may validate with them.
dist_pkgdata_DATA += \
	doc/haul.bench-1.schema.json \
	doc/haul.doctor-1.schema.json \
	doc/haul.report-1.schema.json \
	doc/haul.report-comparison-1.schema.json \
	doc/haul.result-1.schema.json

EXTRA_DIST += \
	doc/architecture.md \
	doc/bench.svg \
	doc/comparison.md \
	doc/guide.md \
	doc/performance.md
