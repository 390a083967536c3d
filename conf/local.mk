# Examples for people to copy: a configuration with every option, a crontab line, a service and its
# timer.
exampledir = $(docdir)/examples
dist_example_DATA = \
	conf/haul.conf \
	conf/haul.cron \
	conf/haul.service \
	conf/haul.timer
