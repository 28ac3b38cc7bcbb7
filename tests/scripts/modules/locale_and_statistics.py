# The locale "C", and the numerical part of statistics.

import _locale as l
import _statistics


def show(function, *arguments):
    try:
        result = function(*arguments)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(result)


show(l.setlocale,l.LC_ALL,'C')
show(l.setlocale,l.LC_TIME)
show(l.setlocale,l.LC_ALL,'xx')
show(l.setlocale,99)
show(l.setlocale,0,'POSIX')
print(sorted(l.localeconv().items()))
show(l.strcoll,'a','b')
show(l.strcoll,'b','a')
show(l.strcoll,'a','a')
show(l.strxfrm,'aé')
show(l.strcoll,1,'a')
for n in ('RADIXCHAR','DAY_1','ABMON_12','MON_5','D_T_FMT','AM_STR','YESEXPR','THOUSEP','CRNCYSTR','T_FMT_AMPM'):
    print(n, getattr(l,n), repr(l.nl_langinfo(getattr(l,n))))
show(l.nl_langinfo, 5)
print(l.CHAR_MAX, l.Error.__mro__[1], l.LC_CTYPE, l.LC_MESSAGES)

for p in (0.5,0.01,1e-10,0.3,0.925,0.075, 1-1e-12):
    print(round(_statistics._normal_dist_inv_cdf(p, 10, 2.5), 12))
show(_statistics._normal_dist_inv_cdf,0,1,1)
show(_statistics._normal_dist_inv_cdf,.5,1,-1)
show(_statistics._normal_dist_inv_cdf,'x',1,1)
show(_statistics._normal_dist_inv_cdf,.5,1)
