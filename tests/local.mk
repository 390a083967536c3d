# Programs and scripts of make check. A test is found here or not at all: tests/tree/sources.sh.

# One program for each tests/unit/test_*.c, from that file alone.
unit_tests = \
	tests/unit/test_activity \
	tests/unit/test_address \
	tests/unit/test_barrier \
	tests/unit/test_bench_list \
	tests/unit/test_bench_markdown \
	tests/unit/test_bench_plan \
	tests/unit/test_bench_table \
	tests/unit/test_bench_words \
	tests/unit/test_benchmark \
	tests/unit/test_benchmark_json \
	tests/unit/test_benchmark_svg \
	tests/unit/test_body_check \
	tests/unit/test_budget \
	tests/unit/test_cancel \
	tests/unit/test_chart \
	tests/unit/test_check_table \
	tests/unit/test_clock \
	tests/unit/test_closing \
	tests/unit/test_coarse_histogram \
	tests/unit/test_command \
	tests/unit/test_config_file \
	tests/unit/test_config_parser \
	tests/unit/test_config_places \
	tests/unit/test_config_sources \
	tests/unit/test_content_disposition \
	tests/unit/test_content_type \
	tests/unit/test_deadline \
	tests/unit/test_diagnosis \
	tests/unit/test_diagnosis_machine \
	tests/unit/test_diagnosis_network \
	tests/unit/test_digest \
	tests/unit/test_directory \
	tests/unit/test_doctor_view \
	tests/unit/test_error \
	tests/unit/test_event_limit \
	tests/unit/test_exec_pool \
	tests/unit/test_exit_code \
	tests/unit/test_expectation \
	tests/unit/test_failure_limit \
	tests/unit/test_figures_text \
	tests/unit/test_filesystem \
	tests/unit/test_hash_table \
	tests/unit/test_header_field \
	tests/unit/test_highlights \
	tests/unit/test_hint \
	tests/unit/test_histogram \
	tests/unit/test_host_gate \
	tests/unit/test_host_gate_model \
	tests/unit/test_host_gate_threads \
	tests/unit/test_host_pattern \
	tests/unit/test_host_policy \
	tests/unit/test_host_sample \
	tests/unit/test_html_report \
	tests/unit/test_http_date \
	tests/unit/test_image \
	tests/unit/test_image_formats \
	tests/unit/test_image_ico \
	tests/unit/test_image_isobmff \
	tests/unit/test_image_jxl \
	tests/unit/test_image_svg \
	tests/unit/test_image_tiff \
	tests/unit/test_json_string \
	tests/unit/test_key \
	tests/unit/test_limits \
	tests/unit/test_list_entry \
	tests/unit/test_list_length \
	tests/unit/test_list_row \
	tests/unit/test_list_secret \
	tests/unit/test_lists \
	tests/unit/test_live_view \
	tests/unit/test_log \
	tests/unit/test_machine \
	tests/unit/test_man_page \
	tests/unit/test_memory \
	tests/unit/test_metrics \
	tests/unit/test_mirror \
	tests/unit/test_moving_rate \
	tests/unit/test_name \
	tests/unit/test_name_lookup \
	tests/unit/test_name_path \
	tests/unit/test_name_servers \
	tests/unit/test_name_table \
	tests/unit/test_name_template \
	tests/unit/test_number \
	tests/unit/test_option_mask \
	tests/unit/test_options \
	tests/unit/test_outcome \
	tests/unit/test_pace \
	tests/unit/test_partial \
	tests/unit/test_partial_file \
	tests/unit/test_permits \
	tests/unit/test_phases \
	tests/unit/test_ping \
	tests/unit/test_planner \
	tests/unit/test_pool \
	tests/unit/test_practice_capacity \
	tests/unit/test_practice_image \
	tests/unit/test_practice_plan \
	tests/unit/test_practice_server \
	tests/unit/test_proxy \
	tests/unit/test_publisher \
	tests/unit/test_publisher_content \
	tests/unit/test_publisher_directories \
	tests/unit/test_publisher_failure \
	tests/unit/test_publisher_flusher \
	tests/unit/test_queue \
	tests/unit/test_queue_threads \
	tests/unit/test_random \
	tests/unit/test_recommendation \
	tests/unit/test_record \
	tests/unit/test_record_order \
	tests/unit/test_recorder \
	tests/unit/test_redirect \
	tests/unit/test_report \
	tests/unit/test_report_reader \
	tests/unit/test_report_records \
	tests/unit/test_report_text \
	tests/unit/test_resolver \
	tests/unit/test_results_reader \
	tests/unit/test_retry \
	tests/unit/test_retry_list \
	tests/unit/test_retry_row \
	tests/unit/test_root \
	tests/unit/test_run_comparison \
	tests/unit/test_run_difference \
	tests/unit/test_run_folder \
	tests/unit/test_scaling \
	tests/unit/test_screen_line \
	tests/unit/test_sink \
	tests/unit/test_source \
	tests/unit/test_source_csv \
	tests/unit/test_source_jsonl \
	tests/unit/test_source_stream \
	tests/unit/test_source_text \
	tests/unit/test_state \
	tests/unit/test_state_damage \
	tests/unit/test_state_file \
	tests/unit/test_state_rebuild \
	tests/unit/test_state_schema \
	tests/unit/test_statistics \
	tests/unit/test_status_set \
	tests/unit/test_summary \
	tests/unit/test_temporary_folder \
	tests/unit/test_terminal \
	tests/unit/test_text \
	tests/unit/test_thread \
	tests/unit/test_throttle \
	tests/unit/test_time_limit \
	tests/unit/test_timeline \
	tests/unit/test_transfer_headers \
	tests/unit/test_transfer_reply \
	tests/unit/test_transfer_speed \
	tests/unit/test_transfer_verdict \
	tests/unit/test_url \
	tests/unit/test_url_key \
	tests/unit/test_url_mask \
	tests/unit/test_url_name \
	tests/unit/test_verification \
	tests/unit/test_vis \
	tests/unit/test_warnings \
	tests/unit/test_whole_file \
	tests/unit/test_xml_string

check_PROGRAMS += $(unit_tests)

# A web server with every fault that haul must survive; libc and OpenSSL only.
check_PROGRAMS += tests/support/fault_server
tests_support_fault_server_SOURCES = \
	tests/support/fault_broken.c \
	tests/support/fault_broken.h \
	tests/support/fault_connection.c \
	tests/support/fault_connection.h \
	tests/support/fault_content.c \
	tests/support/fault_content.h \
	tests/support/fault_counters.c \
	tests/support/fault_counters.h \
	tests/support/fault_hosts.c \
	tests/support/fault_hosts.h \
	tests/support/fault_plain.c \
	tests/support/fault_plain.h \
	tests/support/fault_ranges.c \
	tests/support/fault_ranges.h \
	tests/support/fault_reply.c \
	tests/support/fault_reply.h \
	tests/support/fault_server.c \
	tests/support/fault_versions.c \
	tests/support/fault_versions.h
tests_support_fault_server_CFLAGS = $(AM_CFLAGS) $(SSL_CFLAGS)
tests_support_fault_server_LDADD = $(SSL_LIBS) $(CRYPTO_LIBS)

# Programs that integration tests use.
check_PROGRAMS += \
	tests/support/image_info

# One program for each tests/fuzz/fuzz_*.c: with --enable-fuzzing a fuzzer, which make fuzz-run
# lets search; else a test that runs the target over tests/fuzz/corpus.
fuzz_targets = \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_content_disposition \
	tests/fuzz/fuzz_image \
	tests/fuzz/fuzz_name_template \
	tests/fuzz/fuzz_source_csv \
	tests/fuzz/fuzz_source_jsonl \
	tests/fuzz/fuzz_source_text \
	tests/fuzz/fuzz_url_name

check_PROGRAMS += $(fuzz_targets)
tests_fuzz_fuzz_config_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_content_disposition_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_image_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_name_template_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_source_csv_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_source_jsonl_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_source_text_LDADD = $(fuzz_main) $(LDADD)
tests_fuzz_fuzz_url_name_LDADD = $(fuzz_main) $(LDADD)
if FUZZING
fuzz_main = $(FUZZER_LDFLAGS)
else
fuzz_main = libreplay.a
check_LIBRARIES += libreplay.a
replayed_targets = $(fuzz_targets)
endif
libreplay_a_SOURCES = tests/fuzz/replay.c
# A folder: hundreds of small files, which only the targets know.
EXTRA_DIST += tests/fuzz/corpus

# Measured by make bench; built by make check, so that they cannot rot.
bench_programs = \
	tests/bench/bare_loop \
	tests/bench/bench_record \
	tests/bench/bench_source \
	tests/bench/measure
check_PROGRAMS += $(bench_programs)

tree_tests = \
	tests/tree/format.sh \
	tests/tree/layers.sh \
	tests/tree/links.sh \
	tests/tree/samples.sh \
	tests/tree/sizes.sh \
	tests/tree/sources.sh \
	tests/tree/words.sh

# Those that take longest, mostly by waiting: they start first, so that at the end no CPU is idle
# while one of them goes on alone.
long_tests = \
	tests/integration/power_cut.sh \
	tests/integration/kill9.sh \
	tests/integration/bench.sh \
	tests/integration/hosts.sh \
	tests/integration/exit_codes.sh \
	tests/integration/demo.sh \
	tests/integration/limit_rate.sh \
	tests/integration/rates.sh \
	tests/integration/stopping.sh \
	tests/integration/state_damage.sh \
	tests/integration/cron_hooks.sh \
	tests/integration/signals.sh \
	tests/integration/exec.sh \
	tests/integration/images.sh \
	tests/integration/resume.sh \
	tests/integration/orders.sh \
	tests/integration/update.sh \
	tests/integration/formats.sh \
	tests/integration/readme.sh \
	tests/integration/templates.sh \
	tests/integration/live.sh \
	tests/integration/retry_after.sh

integration_tests = \
	tests/integration/bad_lists.sh \
	tests/integration/blocked_address.sh \
	tests/integration/check.sh \
	tests/integration/completion.sh \
	tests/integration/concurrency.sh \
	tests/integration/conf.sh \
	tests/integration/config.sh \
	tests/integration/credentials.sh \
	tests/integration/cron.sh \
	tests/integration/determinism.sh \
	tests/integration/disk_full.sh \
	tests/integration/doctor.sh \
	tests/integration/dry_run.sh \
	tests/integration/faults.sh \
	tests/integration/lists.sh \
	tests/integration/manual.sh \
	tests/integration/mirrors.sh \
	tests/integration/names.sh \
	tests/integration/output.sh \
	tests/integration/redirects.sh \
	tests/integration/report_command.sh \
	tests/integration/report_html.sh \
	tests/integration/retries.sh \
	tests/integration/retry_failed.sh \
	tests/integration/stream.sh \
	tests/integration/stuck_reader.sh \
	tests/integration/timeouts.sh \
	tests/integration/tls.sh \
	tests/integration/verification.sh

dist_check_SCRIPTS += $(long_tests) $(integration_tests) $(tree_tests)
TESTS += $(long_tests) $(integration_tests) $(tree_tests) $(unit_tests) $(replayed_targets)

EXTRA_DIST += \
	tests/support/complete.bash \
	tests/support/complete.fish \
	tests/support/complete.zsh \
	tests/support/image_files.sh \
	tests/support/frames.py \
	tests/support/image_turn.py \
	tests/support/lib.sh \
	tests/support/name_server.py \
	tests/support/page_check.py \
	tests/support/readme.py \
	tests/support/run_check.py \
	tests/support/servers.sh \
	tests/support/statistics_fixtures.py \
	tests/support/summary.sh \
	tests/support/terminal.py \
	tests/support/validate.py \
	tests/unit/bell.h \
	tests/unit/benchmark_building.h \
	tests/unit/child.h \
	tests/unit/finding_check.h \
	tests/unit/image_building.h \
	tests/unit/image_probing.h \
	tests/unit/json_check.h \
	tests/unit/publishing.h \
	tests/unit/scratch.h \
	tests/unit/source_items.h \
	tests/unit/state_rows.h \
	tests/unit/statistics_fixtures.h \
	tests/unit/xml_check.h \
	tests/bench/budgets.sh \
	tests/bench/figures.sh \
	tests/bench/first_request.py \
	tests/bench/comparison \
	tests/bench/peers.sh \
	tests/bench/pool.py \
	tests/bench/run \
	tests/bench/table.py \
	tests/bench/workloads.sh \
	tests/fuzz/run \
	tests/fuzz/source_fuzz.h \
	tests/package

LDADD = libhaul.a $(HAUL_LIBS) $(CHECK_LIBS)

TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = bash
# A unit test that does not say more has 20 s, not Check's 4: disks and CPUs are shared with others.
AM_TESTS_ENVIRONMENT = \
	CK_DEFAULT_TIMEOUT="$${CK_DEFAULT_TIMEOUT:-20}"; export CK_DEFAULT_TIMEOUT; \
	HAUL='$(abs_top_builddir)/haul'; export HAUL; \
	SRCDIR='$(abs_top_srcdir)'; export SRCDIR; \
	BUILDDIR='$(abs_top_builddir)'; export BUILDDIR; \
	TESTS_SUPPORT='$(abs_top_srcdir)/tests/support'; export TESTS_SUPPORT;

.PHONY: bench bench-programs fuzz fuzz-run
bench-programs: all $(bench_programs) tests/support/fault_server$(EXEEXT)

# SECTIONS are some of those that tests/bench/run knows; none are all of them.
SECTIONS =
bench: bench-programs
	$(AM_TESTS_ENVIRONMENT) bash '$(srcdir)/tests/bench/run' $(SECTIONS)

# FUZZ_SECONDS is for each target; tests/fuzz/run tells what else the environment can say.
FUZZ_SECONDS = 60
if FUZZING
fuzz: $(fuzz_targets)
fuzz-run: fuzz
	$(AM_TESTS_ENVIRONMENT) FUZZ_SECONDS='$(FUZZ_SECONDS)' bash '$(srcdir)/tests/fuzz/run'
else
fuzz fuzz-run:
	@echo 'make $@ needs configure CC=clang-14 --enable-fuzzing' >&2; exit 1
endif

distclean-local:
	rm -rf fuzz generated
