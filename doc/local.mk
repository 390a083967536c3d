# Schemas are installed: reports name them, and users may validate with them.
dist_pkgdata_DATA += \
	doc/haul.bench-1.schema.json \
	doc/haul.doctor-1.schema.json \
	doc/haul.report-1.schema.json \
	doc/haul.report-comparison-1.schema.json \
	doc/haul.result-1.schema.json

# What README.md leads to, where it leads.
guidedir = $(docdir)/doc
dist_guide_DATA = \
	doc/architecture.md \
	doc/bench.svg \
	doc/comparison.md \
	doc/guide.md \
	doc/performance.md

# The manual. haul(1) is made of doc/haul.1.in and the tables of commands and options (app/man_page),
# and the program prints it; the completions are made of the tables alone.
EXTRA_DIST += doc/haul.1.in
dist_man_MANS = doc/haul-report.5
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
CLEANFILES = generated/man_text.c

generated/man_text.c: doc/haul.1.in
	$(AM_V_GEN)$(MKDIR_P) generated && { \
		echo '#include "app/man_text.h"' && echo 'const char man_text[] =' && \
		sed -e '/^\.\\"/d' -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' '$(srcdir)/doc/haul.1.in' && \
		echo ';'; } >$@.tmp && mv $@.tmp $@

if CAN_GENERATE
nodist_man_MANS = generated/haul.1
nodist_bashcompletion_DATA = generated/bash/haul
nodist_zshcompletion_DATA = generated/zsh/_haul
nodist_fishcompletion_DATA = generated/fish/haul.fish
CLEANFILES += $(nodist_man_MANS) $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) \
	$(nodist_fishcompletion_DATA)

generate = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(HAUL_FOR_BUILD) >$@.tmp --generate
generated/haul.1: haul$(EXEEXT)
	$(generate) man && mv $@.tmp $@
generated/bash/haul: haul$(EXEEXT)
	$(generate) bash && mv $@.tmp $@
generated/zsh/_haul: haul$(EXEEXT)
	$(generate) zsh && mv $@.tmp $@
generated/fish/haul.fish: haul$(EXEEXT)
	$(generate) fish && mv $@.tmp $@
endif
