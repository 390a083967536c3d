# Everything but main goes into the archive, so that tests link what the program links.

noinst_LIBRARIES += libhaul.a

libhaul_a_SOURCES =

libhaul_a_SOURCES += \
	src/base/clock.c \
	src/base/clock.h \
	src/base/common.h \
	src/base/error.c \
	src/base/error.h \
	src/base/log.c \
	src/base/log.h \
	src/base/memory.c \
	src/base/memory.h \
	src/base/number.c \
	src/base/number.h \
	src/base/text.c \
	src/base/text.h \
	src/base/thread.c \
	src/base/thread.h \
	src/base/vis.c \
	src/base/vis.h

libhaul_a_SOURCES += \
	src/sync/budget.c \
	src/sync/budget.h \
	src/sync/cancel.c \
	src/sync/cancel.h \
	src/sync/host_gate.c \
	src/sync/host_gate.h \
	src/sync/permits.c \
	src/sync/permits.h \
	src/sync/pool.c \
	src/sync/pool.h \
	src/sync/queue.c \
	src/sync/queue.h

libhaul_a_SOURCES += \
	src/model/content_type.c \
	src/model/content_type.h \
	src/model/content_type_text.c \
	src/model/content_type_text.h \
	src/model/hash_table.c \
	src/model/hash_table.h \
	src/model/histogram.c \
	src/model/histogram.h \
	src/model/job.c \
	src/model/job.h \
	src/model/key.c \
	src/model/key.h \
	src/model/name.c \
	src/model/name.h \
	src/model/name_table.c \
	src/model/name_table.h \
	src/model/outcome.c \
	src/model/outcome.h \
	src/model/redirect.c \
	src/model/redirect.h \
	src/model/retry.c \
	src/model/retry.h \
	src/model/summary.c \
	src/model/summary.h \
	src/model/url.c \
	src/model/url.h \
	src/model/url_key.c \
	src/model/url_mask.c

libhaul_a_SOURCES += \
	src/io/address.c \
	src/io/address.h \
	src/io/descriptor.c \
	src/io/descriptor.h \
	src/io/directory.c \
	src/io/directory.h \
	src/io/json_tree.c \
	src/io/json_tree.h \
	src/io/practice_image.c \
	src/io/practice_image.h \
	src/io/practice_jpeg.c \
	src/io/practice_jpeg.h \
	src/io/practice_plan.c \
	src/io/practice_plan.h \
	src/io/practice_server.c \
	src/io/practice_server.h \
	src/io/practice_timer.c \
	src/io/practice_timer.h \
	src/io/proxy.c \
	src/io/proxy.h \
	src/io/publisher.c \
	src/io/publisher.h \
	src/io/record.c \
	src/io/record.h \
	src/io/report.c \
	src/io/report.h \
	src/io/resolver.c \
	src/io/resolver.h \
	src/io/root.c \
	src/io/root.h \
	src/io/run_folder.c \
	src/io/run_folder.h \
	src/io/sink.c \
	src/io/sink.h \
	src/io/source.c \
	src/io/source.h \
	src/io/source_text.c \
	src/io/source_text.h \
	src/io/state.c \
	src/io/state.h \
	src/io/terminal.c \
	src/io/terminal.h \
	src/io/transfer.c \
	src/io/transfer.h \
	src/io/transfer_end.c \
	src/io/transfer_group.c \
	src/io/transfer_group.h \
	src/io/transfer_info.c \
	src/io/transfer_info.h \
	src/io/transfer_options.c \
	src/io/transfer_options.h \
	src/io/transfer_reply.c \
	src/io/transfer_reply.h \
	src/io/transfer_state.h \
	src/io/transfer_tls.c \
	src/io/transfer_tls.h \
	src/io/transfer_verdict.c \
	src/io/transfer_verdict.h

libhaul_a_SOURCES += \
	src/app/closing.c \
	src/app/closing.h \
	src/app/demo.c \
	src/app/demo.h \
	src/app/exit_code.c \
	src/app/exit_code.h \
	src/app/limits.c \
	src/app/limits.h \
	src/app/option_check.c \
	src/app/option_check.h \
	src/app/option_table.c \
	src/app/option_table.h \
	src/app/options.c \
	src/app/options.def \
	src/app/options.h \
	src/app/options_parse.c \
	src/app/producer.c \
	src/app/producer.h \
	src/app/progress.c \
	src/app/progress.h \
	src/app/recorder.c \
	src/app/recorder.h \
	src/app/reporting.c \
	src/app/reporting.h \
	src/app/results.c \
	src/app/results.h \
	src/app/run.c \
	src/app/run.h \
	src/app/run_report.c \
	src/app/run_report.h \
	src/app/run_settings.c \
	src/app/run_settings.h \
	src/app/signals.c \
	src/app/signals.h \
	src/app/stop_reason.h \
	src/app/usage.c \
	src/app/usage.h \
	src/app/worker.c \
	src/app/worker.h

# At the top of the build tree: ./haul.
bin_PROGRAMS += haul
haul_SOURCES = src/app/main.c
haul_LDADD = libhaul.a $(HAUL_LIBS)
